"""Issues: PayPal's reasons for not capturing, by what follows from them."""

from orders.gateway import Rejected

# The payer can mend these: another card, another try on the same PayPal order.
TRY_AGAIN = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "PAYER_ACTION_REQUIRED",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
        "ORDER_NOT_APPROVED",
    }
)
REFUSED = frozenset(
    {
        "TRANSACTION_REFUSED",
        "PAYER_CANNOT_PAY",
        "COMPLIANCE_VIOLATION",
        "PAYER_ACCOUNT_RESTRICTED",
        "PAYER_ACCOUNT_LOCKED_OR_CLOSED",
        "TRANSACTION_BLOCKED_BY_PAYEE",
        "TRANSACTION_LIMIT_EXCEEDED",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "CARD_EXPIRED",
    }
)
GONE = frozenset({"INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND", "ORDER_EXPIRED"})


def is_gone(refusal: Rejected) -> bool:
    """PayPal no longer knows the order: it forgets unpaid ones after some hours."""
    return refusal.status == 404 or bool(GONE & set(refusal.issues))
