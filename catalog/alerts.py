"""Alerts: who wants to know what of the catalogue; asked, confirmed, stopped, and that undone."""

from datetime import timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from catalog import emails
from catalog.models import Arrival, Partner, Product, StockAlert
from catalog.models.alert import reader
from mail.models import Message

STOP = "catalog.alert.stop"
CONFIRM = "catalog.alert.confirm"
CONFIRM_WITHIN = timedelta(days=7)
UNDO_WITHIN = timedelta(minutes=30)
LETTERS_A_DAY = 3
"""To an address that has not confirmed: nobody floods somebody else's mailbox."""


def subscribe(topic: Product | Partner | None, *, user: User) -> StockAlert:
    """Tell a person of a product (once), or of what is new: of a partner, or (None) at all.

    Asking twice is asking once.
    """
    return _open(topic, who=user, language=user.language, is_sure=True)


@transaction.atomic
def ask(topic: Product | Partner | None, *, email: str, language: str) -> None:
    """Ask an address to confirm. Says nothing back, so that nobody learns who has asked before."""
    alert = _open(topic, who=email, language=language, is_sure=False)
    since = timezone.now() - timedelta(days=1)
    letters = Message.objects.filter(kind="catalog/confirm_alert", to=[alert.email])
    sent = letters.filter(created_at__gte=since).count()
    if sent < LETTERS_A_DAY:
        emails.confirm_alert(alert, token=signing.dumps(alert.pk, salt=CONFIRM), number=sent)


def _open(
    topic: Product | Partner | None, *, who: User | str, language: str, is_sure: bool
) -> StockAlert:
    """The open alert of a reader about something; made when there is none."""
    now = timezone.now()
    about = {
        "product": topic if isinstance(topic, Product) else None,
        "partner": topic if isinstance(topic, Partner) else None,
    }
    news = Arrival.objects.aggregate(last=Max("pk"))["last"] or 0
    confirmed = now if is_sure else None
    try:
        with transaction.atomic():
            return StockAlert.objects.create(
                **about, **reader(who), language=language, seen=news, confirmed_at=confirmed
            )
    except IntegrityError:
        return StockAlert.objects.open().get(**about, **reader(who))


def is_waiting(product: Product, *, user: User) -> bool:
    """Whether the person has asked already."""
    return StockAlert.objects.waiting().filter(product=product, user=user).exists()


def by_token(token: str, *, salt: str) -> StockAlert:
    """The alert a link was made for.

    Raises signing.BadSignature for a link that we did not make or that is too old, and
    StockAlert.DoesNotExist.
    """
    age = CONFIRM_WITHIN if salt == CONFIRM else None
    pk = signing.loads(token, salt=salt, max_age=age)
    return StockAlert.objects.select_related("product", "partner", "user").get(pk=pk)


def confirm(alert: StockAlert) -> None:
    """The reader of the address says yes. Twice is once."""
    alert.confirmed_at = timezone.now()
    alerts = StockAlert.objects.open().filter(pk=alert.pk, confirmed_at=None)
    alerts.update(confirmed_at=alert.confirmed_at)


def stop_link_token(alert: StockAlert) -> str:
    """What the e-mail's link carries, so that no sign-in is needed to stop."""
    return signing.dumps(alert.pk, salt=STOP)


def stop(alert: StockAlert, *, all_of_them: bool) -> int:
    """End this alert, or every open one of its reader; returns how many."""
    alerts = StockAlert.objects.open().of_reader(alert)
    if not all_of_them:
        alerts = alerts.filter(pk=alert.pk)
    return alerts.update(stopped_at=timezone.now())


def undo(alert: StockAlert) -> int:
    """Open again what the reader stopped within the last half hour; returns how many."""
    since = timezone.now() - UNDO_WITHIN
    stopped = StockAlert.objects.of_reader(alert).filter(stopped_at__gte=since, sent_at=None)
    return sum(_reopen(pk) for pk in stopped.values_list("pk", flat=True))


def _reopen(pk: int) -> bool:
    try:
        with transaction.atomic():
            return bool(StockAlert.objects.filter(pk=pk).update(stopped_at=None))
    except IntegrityError:  # asked for again meanwhile
        return False


def forget_old() -> int:
    """Delete what was never confirmed within 14 days, and what ended 90 days ago."""
    now = timezone.now()
    unconfirmed = StockAlert.objects.filter(
        confirmed_at=None, asked_at__lt=now - timedelta(days=14)
    )
    ended = now - timedelta(days=90)
    over = StockAlert.objects.filter(sent_at__lt=ended) | StockAlert.objects.filter(
        stopped_at__lt=ended
    )
    return unconfirmed.delete()[0] + over.delete()[0]
