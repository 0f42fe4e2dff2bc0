"""The e-mails about orders, a function each."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from mail import outbox
from orders.models import (
    Cheque,
    ChequePermission,
    Fulfilment,
    KeyPool,
    LicenseKey,
    Order,
    OrderLine,
    Parcel,
    Payment,
    Refund,
    Renewal,
)
from orgs.emails.writing import readers


def placed(order: Order, lines: list[OrderLine] | None = None) -> None:
    """To the buyer: the order is there, and what comes next."""
    kind = "placed" if order.status != Order.Status.PAID else "free"
    if order.status == Order.Status.AWAITING_PARTNER:
        kind = "awaiting_partner"
    _write(kind, order, to=buyer(order), lines=lines)


def licences_elsewhere(order: Order, lines: list[OrderLine]) -> None:
    """To the organization's address: the licences of an order are told to another one."""
    if (own := order.organization.email) != order.licence_email:
        to = [(own, order.organization.language)]
        _write("licences_elsewhere", order, to=to, lines=lines)


def approved(order: Order) -> None:
    """To the buyer: the partner said yes, now pay."""
    _write("approved", order, to=buyer(order))


def ended(order: Order, *, reason: str) -> None:
    """To the buyer: cancelled, expired or refused, and what was given back."""
    _write(str(order.status), order, to=buyer(order), reason=reason)


def receipt(payment: Payment) -> None:
    """To the buyer: what was paid, for what."""
    _write("receipt", payment.order, to=buyer(payment.order), payment=payment)


def payment_pending(payment: Payment) -> None:
    """To the buyer: PayPal is still checking the payment."""
    _write("payment_pending", payment.order, to=buyer(payment.order), suffix=payment.seq)


def payment_denied(payment: Payment) -> None:
    """To the buyer: PayPal denied a pending payment; the order waits for another."""
    _write("payment_denied", payment.order, to=buyer(payment.order), suffix=payment.seq)


def paid_too_late(payment: Payment, *, may_wait: bool) -> None:
    """To the buyer: the money came after the order had ended; a cancelled one is not waited for."""
    order = payment.order
    _write("paid_too_late", order, to=buyer(order), payment=payment, may_wait=may_wait)


def allocated(order: Order) -> None:
    """To the buyer: what was gone is there again, and being prepared."""
    _write("allocated", order, to=buyer(order))


def held(order: Order, entry: int) -> None:
    """To the buyer: staff stopped the order for a check; never why."""
    _write("held", order, to=buyer(order), suffix=entry)


def released(order: Order, entry: int) -> None:
    """To the buyer: the order goes on, and until when it can be paid."""
    _write("released", order, to=buyer(order), suffix=entry)


def licences_ready(order: Order, *, again: int | None = None) -> None:
    """To the order's readers, each in their language: a link, never a key."""
    _write("licences_ready", order, to=readers_of(order), suffix=again)


def licences_delayed(order: Order) -> None:
    """To the buyer, once an order: what is late, and that staff know."""
    owed = [line.fulfilment.promised_on for line in order.lines.filter(fulfilment__status="owed")]
    promised_on = min((day for day in owed if day), default=None)
    _write("licences_delayed", order, to=buyer(order), promised_on=promised_on)


def cheque_allowed(permission: ChequePermission) -> None:
    """To the administrators and the organization's address: from now on it may pay by cheque."""
    organization = permission.organization
    for address, language in readers(organization).items():
        with translation.override(language):
            path = reverse("orders:list", args=[organization.number])
        outbox.queue(
            "orders/cheque_allowed",
            to=[address],
            language=language,
            key=f"cheque-allowed:{permission.pk}:{address}"[:200],
            context={
                "organization": organization,
                "permission": permission,
                "url": settings.SITE_URL + path,
            },
        )


def cheque(cheque: Cheque, step: str) -> None:
    """To the buyer: announced, received, cleared, returned, or the stock is gone meanwhile."""
    _write("cheque", cheque.order, to=buyer(cheque.order), suffix=step, cheque=cheque, step=step)


def refund(refund: Refund, step: str) -> None:
    """To who asked and the buyer: asked, granted, declined, by cheque, or paid."""
    lines = [row.line for row in refund.lines.select_related("line")]
    readers = buyer(refund.order)
    if refund.origin == Refund.Origin.MEMBER and refund.requested_by:
        readers.append((refund.requested_by.email, refund.requested_by.language))
    suffix = f"{refund.seq}-{step}"
    order = refund.order
    _write("refund", order, to=readers, suffix=suffix, refund=refund, step=step, refunded=lines)


def unanswered(order: Order) -> None:
    """To the buyer: the partner did not answer in time, and what was held is given back."""
    _write("unanswered", order, to=buyer(order))


def shipped(order: Order, parcel: Parcel) -> None:
    """To the order's readers: a parcel is under way, and how to follow it."""
    line = parcel.fulfilment.line
    _write("shipped", order, to=readers_of(order), suffix=parcel.pk, parcel=parcel, line=line)


def put_off(order: Order, row: Fulfilment, *, reason: str, entry: int) -> None:
    """To the buyer: a line comes later, on which day, and why."""
    _write("put_off", order, to=buyer(order), suffix=entry, row=row, line=row.line, reason=reason)


def ends(row: Renewal, *, days: int, to: Iterable[User]) -> None:
    """To whom was chosen: what ends, in so many days, and how it goes on."""
    readers = [(user.email, user.language) for user in to]
    _write("ends", row.line.order, to=readers, suffix=f"{row.pk}-{days}", row=row, line=row.line)


def key_replaced(order: Order, key: LicenseKey, other: LicenseKey) -> None:
    """To the order's readers: another key, never in the message."""
    to, line = readers_of(order), key.line
    _write("key_replaced", order, to=to, suffix=other.pk, key=key, other=other, line=line)


Reader = tuple[str, str]  # address, language


def buyer(order: Order) -> list[Reader]:
    return [(order.placed_by.email, order.placed_by.language)]


def readers_of(order: Order) -> list[Reader]:
    """Of messages about licences: the buyer, the address that the order has for them, and the
    organization's own, should that be another one."""
    language = order.organization.language
    addresses = dict.fromkeys((order.licence_email, order.organization.email))
    return [*buyer(order), *((address, language) for address in addresses)]


def pool_low(pool: KeyPool, *, on: date) -> None:
    """To staff who import keys (the superusers, while nobody does): once a pool and day."""
    people = User.objects.with_perm("orders.add_licensekey", include_superusers=False)
    staff = people.filter(is_staff=True) or User.objects.filter(is_superuser=True, is_active=True)
    url = settings.SITE_URL + reverse("admin:orders_keypool_import", args=[pool.pk])
    for person in staff:
        outbox.queue(
            "orders/pool_low",
            to=[person.email],
            language=person.language,
            key=f"pool-low:{pool.pk}:{on}:{person.pk}",
            context={"pool": pool, "url": url},
        )


def _write(
    kind: str,
    order: Order,
    *,
    to: Iterable[Reader],
    suffix: int | str | None = None,
    lines: list[OrderLine] | None = None,
    **context: object,
) -> None:
    """One e-mail to each address, once per order and kind (and suffix)."""
    lines = list(order.lines.all()) if lines is None else lines
    for address, language in dict(to).items():
        if not address:
            continue
        with translation.override(language):
            path = reverse("orders:detail", args=[order.organization.number, order.number])
        key = f"order-{kind}:{order.number}:{suffix or ''}:{address}"
        outbox.queue(
            f"orders/{kind}",
            to=[address],
            language=language,
            key=key[:200],
            context={
                "order": order,
                "organization": order.organization,
                "url": settings.SITE_URL + path,
                "lines": lines,
                **context,
            },
        )
