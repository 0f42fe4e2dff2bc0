"""What must always be true of money: payments, cheques and refunds."""

from dataclasses import dataclass

# Fixed words of ours, put into queries that take nothing from outside (hence S608 off here).
SETTLED = "('paid', 'fulfilled', 'delivered')"
GIVEN_BACK = "('cancelled', 'expired', 'refused', 'refunded')"


@dataclass(frozen=True)
class Invariant:
    """A sentence, and the query whose rows break it: their first column says which they are."""

    code: str
    sentence: str
    query: str


MONEY = (
    Invariant(
        "money-makes-orders",
        "An order whose payment was captured is paid, or staff are on it.",
        f"""SELECT o.number FROM orders_payment p JOIN orders_order o ON o.id = p.order_id
           WHERE p.status = 'captured' AND o.status NOT IN {SETTLED}
           AND o.status NOT IN ('paid_unallocated', 'refunded')""",
    ),
    Invariant(
        "captured-once-in-full",
        "The money of a captured payment is its amount, once.",
        """SELECT p.id FROM orders_payment p
           LEFT JOIN orders_moneyentry m ON m.payment_id = p.id AND m.kind = 'capture'
           WHERE p.status = 'captured' GROUP BY p.id
           HAVING coalesce(sum(m.amount), 0) <> p.amount OR count(m.id) <> 1""",
    ),
    Invariant(
        "refunds-within-captures",
        "No more is refunded than was captured.",
        """SELECT coalesce(payment_id, -cheque_id) FROM orders_moneyentry
           GROUP BY payment_id, cheque_id
           HAVING sum(CASE kind WHEN 'refund' THEN amount ELSE -amount END) > 0""",
    ),
    Invariant(
        "cheques-make-orders",
        "A cleared cheque is in the ledger of money, and its order is paid.",
        f"""SELECT c.id FROM orders_cheque c JOIN orders_order o ON o.id = c.order_id
           LEFT JOIN orders_moneyentry m ON m.cheque_id = c.id AND m.kind = 'cheque'
             AND m.amount = c.amount
           WHERE (c.status = 'cleared') <> (m.id IS NOT NULL)
           OR (c.status = 'cleared' AND o.status NOT IN {SETTLED} AND o.status <> 'refunded')""",
    ),
    Invariant(
        "refunds-are-their-lines",
        "A refund of ours is worth what its lines cost, and no more.",
        """SELECT r.id FROM orders_refund r LEFT JOIN orders_refundline x ON x.refund_id = r.id
           LEFT JOIN orders_orderline l ON l.id = x.line_id AND l.order_id = r.order_id
           WHERE r.origin <> 'external' GROUP BY r.id
           HAVING coalesce(sum(l.quantity * l.fee + l.tax), 0) <> r.amount""",
    ),
    Invariant(
        "refunds-are-entered",
        "Each refund that was paid has its amount in the ledger of money, and nothing else has.",
        """SELECT coalesce(r.id::text, m.external_id) FROM orders_refund r
           FULL JOIN (SELECT * FROM orders_moneyentry WHERE kind = 'refund') m
             ON m.external_id = CASE r.means WHEN 'cheque' THEN 'cheque ' || r.cheque_number
                                                   ELSE r.paypal_refund_id END
             AND m.amount = r.amount
           WHERE (coalesce(r.status, '') = 'completed') <> (m.id IS NOT NULL)
             OR r.id IS NULL""",
    ),
    Invariant(
        "granted-is-given-back",
        "The lines of a granted refund are given back, without a key that works or a delivery.",
        """SELECT r.id FROM orders_refund r JOIN orders_refundline x ON x.refund_id = r.id
           JOIN orders_orderline l ON l.id = x.line_id
           LEFT JOIN orders_licensekey k ON k.line_id = l.id AND k.revoked_at IS NULL
           LEFT JOIN orders_fulfilment f ON f.line_id = l.id AND f.status = 'owed'
           WHERE r.status IN ('sending', 'pending', 'cheque_due', 'completed', 'failed')
           AND (l.given_back_at IS NULL OR k.id IS NOT NULL OR f.id IS NOT NULL)""",
    ),
    Invariant(
        "refunds-move",
        "No refund has been due for ten minutes.",
        """SELECT id FROM orders_refund
           WHERE next_check_at < now() - interval '10 minutes'""",
    ),
)
