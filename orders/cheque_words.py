"""Cheques in words: what each step means to the buyer."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from orders.models import Cheque

STEPS: Final = {
    "announced": _(
        "Order %(number)s is to be paid by cheque. The slip on the order’s page says where to mail "
        "it. Your quota is held; the stock is not, until the cheque arrives."
    ),
    "received": _(
        "Your cheque for order %(number)s has arrived, and the products are held for you. "
        "We deliver as soon as the bank has paid it."
    ),
    "cleared": _(
        "The bank has paid your cheque for order %(number)s. The order is being prepared."
    ),
    "gone": _(
        "There is no longer enough stock for order %(number)s, which you want to pay by cheque. "
        "If the cheque is not in the mail yet, keep it; if it is, and the stock does not come back "
        "before it arrives, we send it back."
    ),
    "returned": _(
        "Your cheque for order %(number)s goes back to you, and the order has ended. "
        "Nothing is owed, and your quota is given back."
    ),
}


def sentence(cheque: Cheque, step: str) -> str:
    """What has happened with the cheque, and what comes next."""
    return str(STEPS[step]) % {"number": cheque.order.number}
