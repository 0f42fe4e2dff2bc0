"""Refunds in words: a program's policy before paying, and what each step means to the buyer."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from catalog.models import Program
from orders.models import Refund
from orders.refund_rules import Item
from orgs.days import written

Status = Refund.Status


def policy(program: Program) -> str:
    """What a program's data says of refunds, in a sentence or two."""
    match program.refund:
        case Program.Refund.UNINSTALLED:
            said = _("The fee is refunded as long as nothing was installed or activated.")
        case Program.Refund.HARDWARE:
            said = _("The fee is refunded when the goods are sent back.")
        case _never:
            return _("The fee is not refunded, even when a wrong product was ordered.")
    if program.refund_days:
        said += " " + ngettext(
            "Ask within %(count)s day of delivery.",
            "Ask within %(count)s days of delivery.",
            program.refund_days,
        ) % {"count": program.refund_days}
    if program.refund_whole_program:
        said += " " + _("Everything of this program in the order comes back together.")
    return said


def deadline(item: Item) -> str:
    """Until when a line can be given back."""
    return _("Until %(day)s") % {"day": written(item.last_day)} if item.last_day else ""


def state(step: str) -> str:
    """The state that the subject of an e-mail names."""
    return {
        "asked": pgettext("refund", "we received your request"),
        "granted": pgettext("refund", "granted"),
        "declined": pgettext("refund", "not granted"),
        "cheque": pgettext("refund", "by cheque"),
        "paid": pgettext("refund", "paid back"),
    }[step]


def sentence(refund: Refund, step: str) -> str:
    """What has happened, and what the buyer can expect."""
    number = {"number": refund.order.number}
    by_cheque = refund.means == Refund.Means.CHEQUE
    match step:
        case "asked":
            return _("A refund of order %(number)s was asked for. Our staff look at it.") % number
        case "declined":
            return _("The refund of order %(number)s is not granted.") % number
        case "cheque":
            return (
                _(
                    "PayPal no longer refunds order %(number)s. "
                    "We mail a cheque to your organization: allow four to six weeks."
                )
                % number
            )
        case "paid" if by_cheque:
            return (
                _(
                    "The cheque with the refund of order %(number)s is in the mail. "
                    "Your quota was given back."
                )
                % number
            )
        case "paid":
            return (
                _(
                    "PayPal has refunded order %(number)s to the means you paid with. "
                    "Your quota was given back."
                )
                % number
            )
        case _granted if by_cheque:
            return (
                _(
                    "The refund of order %(number)s is granted. "
                    "We mail a cheque to your organization: allow four to six weeks."
                )
                % number
            )
    return (
        _(
            "The refund of order %(number)s is granted. "
            "PayPal gives it back to the means you paid with, usually within five business days."
        )
        % number
    )
