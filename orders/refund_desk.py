"""The refund desk: what staff do with a granted refund that does not go by itself."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orders import paying_back
from orders.models import MoneyEntry, Refund

Status = Refund.Status


@transaction.atomic
def try_again(pk: int, *, by: User) -> Refund:
    """Staff send a failed refund once more, as a new request."""
    refund = paying_back.lock(pk)
    _need(refund, Status.FAILED)
    move(
        refund,
        Status.SENDING,
        by=by,
        generation=refund.generation + 1,
        paypal_refund_id=None,
        next_check_at=timezone.now(),
        checks=0,
    )
    transaction.on_commit(lambda: paying_back.wake(pk), robust=True)
    return refund


@transaction.atomic
def to_cheque(pk: int, *, by: User) -> Refund:
    """Staff pay back by cheque what PayPal could not."""
    refund = paying_back.lock(pk)
    _need(refund, Status.FAILED)
    paying_back.pay_by_cheque(refund, by=by, why=refund.detail)
    return refund


@transaction.atomic
def mailed(pk: int, *, by: User, number: str) -> Refund:
    """The cheque is in the mail, with its number.

    Raises ValidationError for a number that another refund has, and when none is due.
    """
    refund = paying_back.lock(pk)
    _need(refund, Status.CHEQUE_DUE)
    if not number.strip():
        raise ValidationError(_("Enter the number of the cheque."), "no_number")
    external_id = f"cheque {number.strip()}"
    if MoneyEntry.objects.filter(kind=MoneyEntry.Kind.REFUND, external_id=external_id).exists():
        text = _("Another refund was paid with cheque %(number)s.")
        raise ValidationError(text, "number_used", {"number": number.strip()})
    paying_back.enter(refund, external_id=external_id)
    move(
        refund,
        Status.COMPLETED,
        by=by,
        note=external_id,
        cheque_number=number.strip(),
        completed_at=timezone.now(),
    )
    paying_back.finish(refund, by=by)
    return refund


@transaction.atomic
def seen(pk: int, *, by: User, note: str) -> None:
    """Staff have looked at it, and say what they found."""
    refund = paying_back.lock(pk)
    Refund.objects.filter(pk=pk).update(needs_a_look=False)
    record(refund, "refund.seen", by=by, note=note)


def _need(refund: Refund, status: Refund.Status) -> None:
    if refund.status != status:
        text = _("Somebody went on with this refund since you opened the page.")
        raise ValidationError(text, "changed")
