"""Telling: the nightly job that answers alerts, in batches that each commit.

A run that is killed loses nothing: the next goes on where it stopped. Two at once share the
alerts: each is locked by one. An e-mail's words are rendered once for a topic and a language, and
only the reader's own link is put in for each.
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from catalog import alerts, emails
from catalog.models import AlertRun, Arrival, Product, StockAlert
from catalog.models.alert import StockAlertQuerySet
from mail import outbox
from mail.models import Message

BATCH = 500
SHOWN = 20
"""New products that an e-mail names; of more it says how many."""
KEPT = 50
"""E-mails whose words are kept, so that many products take little memory."""
MARK: Final = "THE-READERS-OWN-LINK"

Words = dict[str, str]


def send_due() -> int:
    """Tell everybody whose product is back, and what is new; returns how many were told now."""
    run = AlertRun.objects.create()
    write_arrivals()
    standing = StockAlert.objects.standing()
    run.due = StockAlert.objects.due().count() + standing.count()
    run.save()
    told = _all(run, StockAlert.objects.due, _back_in_stock)
    told += _all(run, StockAlert.objects.standing, _news)
    AlertRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    return told


def write_arrivals() -> None:
    """Write down what the catalogue shows for the first time."""
    shown = Product.objects.visible().filter(arrival=None).order_by("pk")
    rows = [Arrival(product_id=pk) for pk in shown.values_list("pk", flat=True)]
    Arrival.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)


Letters = Callable[[list[StockAlert], dict[object, Words]], list[Message]]


def _all(run: AlertRun, due: Callable[[], StockAlertQuerySet], letters: Letters) -> int:
    told, rendered = 0, dict[object, Words]()
    while count := _batch(run, due(), letters, rendered):
        told += count
    return told


@transaction.atomic
def _batch(
    run: AlertRun, due: StockAlertQuerySet, letters: Letters, rendered: dict[object, Words]
) -> int:
    """Answer a batch: the e-mails, and that they are answered, together or not at all."""
    rows = due.order_by("product_id", "partner_id", "pk").select_related("user")
    batch = list(rows.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    if batch:
        outbox.post_many(letters(batch, rendered))
        now = timezone.now()
        AlertRun.objects.filter(pk=run.pk).update(told=F("told") + len(batch), progressed_at=now)
    return len(batch)


def _back_in_stock(batch: list[StockAlert], rendered: dict[object, Words]) -> list[Message]:
    products = Product.objects.in_bulk({alert.product_id for alert in batch})
    messages = []
    for alert in batch:
        key = (alert.product_id, _language(alert))
        if key not in rendered:
            if len(rendered) >= KEPT:  # the batches come by product
                rendered.clear()
            product = products[alert.product_id]
            rendered[key] = emails.back_in_stock(product, language=key[1], token=MARK)
        messages.append(_message("catalog/back_in_stock", alert, rendered[key], str(alert.pk)))
    _answered(batch, sent_at=timezone.now())
    return messages


def _news(batch: list[StockAlert], rendered: dict[object, Words]) -> list[Message]:
    last = Arrival.objects.aggregate(last=Max("pk"))["last"]
    messages = []
    for alert in batch:
        key = (alert.partner_id, alert.seen, _language(alert))
        if key not in rendered:
            rendered[key] = _words_of_news(alert, last)
        if rendered[key]:  # what was new may be gone again
            reference = f"{alert.pk}:{last}"
            messages.append(_message("catalog/new_products", alert, rendered[key], reference))
    _answered(batch, seen=last)
    return messages


def _words_of_news(alert: StockAlert, last: int) -> Words:
    products = Product.objects.visible().filter(arrival__pk__gt=alert.seen, arrival__pk__lte=last)
    if alert.partner_id:
        products = products.filter(program__partner=alert.partner_id)
    count = products.count()
    shown = list(products.select_related("program__partner").order_by("-arrival__pk")[:SHOWN])
    if not shown:
        return {}
    return emails.new_products(
        shown,
        count=count,
        partner=shown[0].program.partner if alert.partner_id else None,
        language=_language(alert),
        token=MARK,
    )


def _language(alert: StockAlert) -> str:
    return alert.user.language if alert.user else alert.language


def _message(kind: str, alert: StockAlert, words: Words, reference: str) -> Message:
    token, language = alerts.stop_link_token(alert), _language(alert)
    return Message(
        kind=kind,
        to=[alert.address],
        language=language,
        subject=words["subject"][:250],
        text=words["text"].replace(MARK, token),
        html=words["html"].replace(MARK, token),
        key=f"alert:{reference}",
        unsubscribe_url=words["unsubscribe"].replace(MARK, token),
    )


def _answered(batch: Iterable[StockAlert], **change: object) -> None:
    StockAlert.objects.filter(pk__in=[alert.pk for alert in batch]).update(**change)
