"""Statements: what an order cost and how it was paid, on a page and on paper."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.money import money
from orders.models import Order, Refund
from orders.timeline import last_day
from orgs import printing
from orgs.days import day_of, written


def words(order: Order) -> dict[str, Any]:
    """What the statement of an order says, in the language that is active; three queries."""
    paid_back = order.refunds.filter(status=Refund.Status.COMPLETED).order_by("seq")
    refunds = [(r.completed_at, r.get_means_display(), r.amount) for r in paid_back]
    back = sum((amount for _at, _means, amount in refunds), Decimal(0))
    owner = order.organization
    facts = [
        (_("Order"), str(order.number)),
        (_("Organization"), f"{owner.legal_name} ({owner.number})"),
        (_("Placed on"), written(day_of(order.placed_at))),
        (_("Placed by"), str(order.placed_by)),
        (_("State"), str(order.get_status_display())),
    ]
    if order.paid_at:
        by = order.get_method_display()
        facts.append((_("Paid on"), f"{written(day_of(order.paid_at))}, {by}"))
    if order.taxes:
        ours = ((_("GST/HST number"), settings.GST_NUMBER), (_("QST number"), settings.QST_NUMBER))
        facts += [(label, number) for label, number in ours if number]
    sums = [(_("Administration fees"), money(order.fees))]
    sums += [(f"{tax.name}, {tax.rate}", money(tax.amount)) for tax in order.charged_taxes]
    sums.append((_("Total"), money(order.total)))
    for at, means, amount in refunds:
        day = written(day_of(at)) if at else ""
        sums.append(
            (_("Refunded on %(day)s, %(means)s") % {"day": day, "means": means}, money(-amount))
        )
    if refunds:
        sums.append((_("Total after refunds"), money(order.total - back)))
    return {
        "title": _("Statement of administration fees"),
        "site": settings.SITE_NAME,
        "language": get_language(),
        "name": _("Order %(number)s") % {"number": order.number},
        "facts": facts,
        "head": [_("Product"), _("Quantity"), _("Fee for one"), _("Fees")],
        "lines": [
            [f"{line.name} ({line.sku})", str(line.quantity), money(line.fee), money(line.total)]
            for line in order.lines.all()
        ],
        "sums": sums,
        "not_a_receipt": _(
            "This is not a donation receipt: an administration fee is the price of a service, "
            "and no receipt for income tax is issued for it."
        ),
        "asks": _("Questions: %(address)s, with the number of the order.")
        % {"address": settings.SUPPORT_EMAIL},
    }


def slip(order: Order) -> dict[str, Any]:
    """The slip that goes with a cheque: to whom, where to, how much, until when."""
    said = words(order)
    until = last_day(order.hold_until)
    facts = [
        (_("Cheque payable to"), settings.CHEQUE_PAYABLE_TO),
        (_("Amount"), money(order.total)),
        (_("On the cheque, write"), _("Order %(number)s") % {"number": order.number}),
        (_("Mail it with this slip to"), settings.CHEQUE_MAIL_TO),
    ]
    if until:
        facts.append((_("It must arrive by"), written(until)))
    warning = _(
        "No stock is held until the cheque arrives. If the products are gone by then, "
        "the cheque is sent back to you, and you are told the same day."
    )
    title = _("Remittance slip for a cheque")
    return said | {"title": title, "facts": facts + said["facts"], "not_a_receipt": warning}


def paper(order: Order) -> bytes:
    """The statement as a PDF that screen readers read."""
    return printing.pdf("statement.typ", words(order))
