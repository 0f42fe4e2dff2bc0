"""A donor partner's desk: what a partner may know of the orders for its programs, and no more.

Who ordered is an organization with its number and province. People, what was paid, the keys that
were given, and what else is in an order are not the partner's business.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.languages import reader_language
from catalog.models import Partner, Product, Program, ProgramQuestion
from orders.models import BY_KEY, Fulfilment, LicenseKey, Order, OrderLine
from orgs.days import today, written
from orgs.vocabulary import PROVINCES

Status = Order.Status
ASKS = Program.Approval.PARTNER


@dataclass(frozen=True)
class Answer:
    """What an organization answered to a question of a program."""

    question: str
    answer: str


def _lines(partner: Partner) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=OuterRef("pk"), program__partner=partner)


def to_decide(partner: Partner) -> QuerySet[Order]:
    """Orders that wait for the partner's yes, the one that is due first on top; not those that our
    staff have stopped."""
    asked = _lines(partner).filter(program__approval=ASKS)
    orders = Order.objects.filter(Exists(asked), status=Status.AWAITING_PARTNER, held_at=None)
    return orders.select_related("organization").order_by("hold_until", "number")


def to_send(partner: Partner) -> QuerySet[Fulfilment]:
    """Paid lines that the partner's people send: no key pool does. The latest come first."""
    rows = Fulfilment.objects.owed().filter(
        line__program__partner=partner,
        line__order__status=Status.PAID,
        line__order__held_at=None,
    )
    rows = rows.exclude(line__program__delivery__in=BY_KEY).select_related(
        "line__order__organization", "line__order__delivery", "line__program"
    )
    return rows.order_by(F("promised_on").asc(nulls_last=True), "pk")


def sent(partner: Partner) -> QuerySet[Fulfilment]:
    """Lines that went out, the newest first."""
    rows = Fulfilment.objects.filter(line__program__partner=partner, status=Fulfilment.Status.DONE)
    rows = rows.select_related("line__order__organization", "line__program")
    return rows.order_by(F("done_at").desc(nulls_last=True), "-pk")


def known(partner: Partner) -> QuerySet[Order]:
    """Orders that the partner may open: asked for its yes, refused by it, or paid."""
    lines = _lines(partner)
    asked = Q(
        Exists(lines.filter(program__approval=ASKS)),
        status__in=(Status.AWAITING_PARTNER, Status.REFUSED, Status.AWAITING_PAYMENT),
    )
    orders = Order.objects.filter(asked | Q(Exists(lines.filter(fulfilment__isnull=False))))
    return orders.select_related("organization", "delivery")


def lines_of(order: Order, partner: Partner) -> list[OrderLine]:
    """The partner's lines of an order; what is in it of others is left out."""
    lines = order.lines.filter(program__partner=partner).select_related("program", "fulfilment")
    return list(lines.prefetch_related("fulfilment__parcels"))


def is_others_too(order: Order, partner: Partner) -> bool:
    """Whether another partner has to say yes as well: then our staff collect the answers."""
    others = order.lines.filter(program__approval=ASKS).exclude(program__partner=partner)
    return others.exists()


def answers_of(order: Order, lines: list[OrderLine]) -> list[Answer]:
    """What was answered to the questions of these lines' programs, in the reader's language."""
    programs = {line.program_id: line.program for line in lines}
    asked: Any = Program.objects.filter(pk__in=programs).prefetch_related("questions")
    found = []
    for program in asked:
        given = order.answers.get(program.slug, {})
        found += [
            Answer(question.label, _in_words(question, value))
            for question in program.questions.all()
            if (value := given.get(question.key)) not in (None, "")
        ]
    return found


def _in_words(question: ProgramQuestion, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if question.type == ProgramQuestion.Type.DATE:
        return written(date.fromisoformat(value))
    labels = {choice["value"]: choice["label"][reader_language()] for choice in question.choices}
    return str(labels.get(value, value))


def shows_address(lines: list[OrderLine]) -> bool:
    """Only where the partner itself sends parcels."""
    return any(line.program.delivery == Program.Delivery.SHIPMENT for line in lines)


def shelf(partner: Partner) -> QuerySet[Product]:
    """The partner's products with what is left: packs in stock, free keys, and packs owed."""
    keys = LicenseKey.objects.free().filter(product=OuterRef("pk")).order_by().values("product")
    owed = OrderLine.objects.filter(
        product=OuterRef("pk"), fulfilment__status=Fulfilment.Status.OWED
    ).order_by()
    products = Product.objects.visible().filter(program__partner=partner)
    return (
        products.select_related("program")
        .annotate(
            free=Coalesce(Subquery(keys.annotate(n=Count("pk")).values("n")), 0),
            owed=Coalesce(
                Subquery(owed.values("product").annotate(n=Sum("quantity")).values("n")), 0
            ),
        )
        .order_by("program__position", "sku")
    )


def is_by_key(of_program: Product | OrderLine) -> bool:
    """Whether a pool of keys, links or codes delivers it."""
    return of_program.program.delivery in BY_KEY


def by_province(partner: Partner, *, since: date) -> list[tuple[str, int, int]]:
    """Province, organizations and packs of what was sent since a day; the most packs first."""
    rows: Any = (
        sent(partner)
        .filter(done_at__date__gte=since)
        .order_by()
        .values("line__order__organization__province")
        .annotate(
            organizations=Count("line__order__organization", distinct=True),
            packs=Sum("line__quantity"),
        )
        .order_by("-packs", "line__order__organization__province")
    )
    key = "line__order__organization__province"
    return [(str(PROVINCES.get(row[key], "–")), row["organizations"], row["packs"]) for row in rows]


def late(rows: QuerySet[Fulfilment]) -> QuerySet[Fulfilment]:
    """Those that should have been sent by now."""
    return rows.filter(Q(promised_on__lt=today()) | Q(send_by__lt=today()))
