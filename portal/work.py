"""Work today: what waits for staff, in every app. A new queue is a line in QUEUES."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, DateField, Min, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Override, Product
from mail.models import Message
from orders.models import (
    Cheque,
    Delivery,
    Fulfilment,
    KeyPool,
    Order,
    Parcel,
    Payment,
    Refund,
    WebhookEvent,
)
from orgs import queue as applications
from orgs.days import TORONTO, today
from orgs.models import (
    Application,
    Case,
    ChangeRequest,
    Claim,
    Match,
    Merge,
    Recovery,
    RegisterAlert,
)

MOST = 10  # of one's own applications
LOW = 5  # units in stock


@dataclass(frozen=True)
class Queue:
    """What waits, since when, who may see it, and the list that shows it."""

    code: str
    label: Any
    page: str
    """The list's name, and what its address ends with."""
    query: str
    since: str
    """The column that says since when a row waits; empty when nothing does."""
    needs: str
    rows: Callable[[User, date], QuerySet]
    urgent: bool = False
    """Shown in red words when anything waits: money, or a promise that was broken."""


def _applications(view: str) -> Callable[[User, date], QuerySet]:
    return lambda user, on: applications.rows(view, by=user, on=on)


def _queue_of_applications(view: str, *, urgent: bool = False) -> Queue:
    label = applications.View(view).label
    page, needs = "orgs_application", "orgs.view_application"
    rows, query = _applications(view), f"view={view}"
    return Queue(view, label, page, query, "submitted_at", needs, rows, urgent)


View = applications.View
QUEUES: tuple[Queue, ...] = (
    _queue_of_applications(View.LATE, urgent=True),
    _queue_of_applications(View.WAITING),
    _queue_of_applications(View.APPEALS),
    _queue_of_applications(View.RENEWALS),
    _queue_of_applications(View.APPLICANT),
    Queue(
        "changes",
        _("Change requests to decide"),
        "orgs_changerequest",
        "status__in=sent,answered",
        "sent_at",
        "orgs.view_changerequest",
        lambda user, on: ChangeRequest.objects.waiting_for_staff(),
    ),
    Queue(
        "cases",
        _("Messages of members to answer"),
        "orgs_case",
        "status__exact=waiting_us",
        "opened_at",
        "orgs.view_case",
        lambda user, on: Case.objects.waiting_for_staff(),
    ),
    Queue(
        "alerts",
        _("Alerts of public registers"),
        "orgs_registeralert",
        "status__exact=open",
        "opened_at",
        "orgs.view_registeralert",
        lambda user, on: RegisterAlert.objects.open(),
        urgent=True,
    ),
    Queue(
        "claims",
        _("Claims of an organization that has an account"),
        "orgs_claim",
        "status__exact=filed",
        "filed_at",
        "orgs.view_claim",
        lambda user, on: Claim.objects.open(),
    ),
    Queue(
        "matches",
        _("Possible duplicates to decide"),
        "orgs_match",
        "status__exact=found",
        "found_at",
        "orgs.view_match",
        lambda user, on: Match.objects.undecided(),
    ),
    Queue(
        "merges",
        _("Merges that wait for a second person"),
        "orgs_merge",
        "status__exact=proposed",
        "proposed_at",
        "orgs.view_merge",
        lambda user, on: Merge.objects.filter(status=Merge.Status.PROPOSED),
    ),
    Queue(
        "overrides",
        _("Exceptions to rules that wait for a second person"),
        "catalog_override",
        "status__exact=asked",
        "asked_at",
        "catalog.view_override",
        lambda user, on: Override.objects.waiting(),
    ),
    Queue(
        "recoveries",
        _("Recoveries of access under way"),
        "orgs_recovery",
        "status__in=notice,approved_once",
        "asked_at",
        "orgs.view_recovery",
        lambda user, on: Recovery.objects.open(),
    ),
    Queue(
        "paid_unallocated",
        _("Orders that are paid, and the goods are gone"),
        "orders_order",
        "view=problem",
        "paid_at",
        "orders.view_order",
        lambda user, on: Order.objects.filter(status=Order.Status.PAID_UNALLOCATED),
        urgent=True,
    ),
    Queue(
        "payments",
        _("Payments to look at"),
        "orders_payment",
        "status__exact=review",
        "created_at",
        "orders.view_payment",
        lambda user, on: Payment.objects.filter(status=Payment.Status.REVIEW),
        urgent=True,
    ),
    Queue(
        "cheques",
        _("Cheques that are here, and not at the bank"),
        "orders_cheque",
        "status__exact=received",
        "received_at",
        "orders.view_cheque",
        lambda user, on: Cheque.objects.waiting(),
    ),
    Queue(
        "refunds",
        _("Refunds to decide, to mail or to look at"),
        "orders_refund",
        "waits=yes",
        "requested_at",
        "orders.view_refund",
        lambda user, on: Refund.objects.waiting_for_staff(),
    ),
    Queue(
        "deliveries",
        _("Deliveries later than promised"),
        "orders_fulfilment",
        "late=yes",
        "promised_on",
        "orders.view_fulfilment",
        lambda user, on: Fulfilment.objects.late(),
        urgent=True,
    ),
    Queue(
        "parcels",
        _("Parcels that should have arrived"),
        "orders_parcel",
        "late=yes",
        "expected_on",
        "orders.view_parcel",
        lambda user, on: Parcel.objects.late(),
    ),
    Queue(
        "owed",
        _("Deliveries to make"),
        "orders_fulfilment",
        "status__exact=owed",
        "due_at",
        "orders.view_fulfilment",
        lambda user, on: Fulfilment.objects.owed(),
    ),
    Queue(
        "addresses",
        _("Delivery addresses to check"),
        "orders_delivery",
        "checked=no",
        "asked_at",
        "orders.view_delivery",
        lambda user, on: Delivery.objects.to_check(),
    ),
    Queue(
        "partners",
        _("Orders that wait for a partner’s yes"),
        "orders_order",
        "view=partner",
        "placed_at",
        "orders.view_order",
        lambda user, on: Order.objects.filter(status=Order.Status.AWAITING_PARTNER),
    ),
    Queue(
        "held",
        _("Orders that staff stopped"),
        "orders_order",
        "view=held",
        "held_at",
        "orders.view_order",
        lambda user, on: Order.objects.held(),
    ),
    Queue(
        "notices",
        _("Notices of PayPal that were given up"),
        "orders_webhookevent",
        "outcome__exact=dead",
        "received_at",
        "orders.view_webhookevent",
        lambda user, on: WebhookEvent.objects.filter(outcome=WebhookEvent.Outcome.DEAD),
    ),
    Queue(
        "stock",
        _("Products with little stock"),
        "catalog_product",
        "o=1",
        "",
        "catalog.view_product",
        lambda user, on: Product.objects.visible().filter(stock__lte=LOW),
    ),
    Queue(
        "keys",
        _("Key pools that run low"),
        "orders_keypool",
        "supply=low",
        "",
        "orders.view_keypool",
        lambda user, on: KeyPool.objects.low(),
    ),
    Queue(
        "dead",
        _("E-mails that were given up"),
        "mail_message",
        "state=dead",
        "dead_at",
        "mail.view_message",
        lambda user, on: Message.objects.dead(),
    ),
)


@dataclass(frozen=True)
class Waiting:
    """A queue as the page shows it."""

    label: Any
    url: str
    count: int
    oldest: date | None
    urgent: bool = False

    @property
    def days(self) -> int | None:
        """How long the oldest has waited."""
        return (today() - self.oldest).days if self.oldest else None


def waiting(user: User) -> list[Waiting]:
    """Every queue that this person may see, in the order of QUEUES; one query for all of them."""
    shown = [queue for queue in QUEUES if user.has_perm(queue.needs)]
    if not shown:
        return []
    first, *others = (_summary(queue, user, today()) for queue in shown)
    found = {row["code"]: row for row in first.union(*others, all=True)}
    empty = {"count": 0, "oldest": None}  # an empty queue has no row
    return [
        _waiting(queue, **({"code": ""} | empty | found.get(queue.code, {}))) for queue in shown
    ]


def _waiting(queue: Queue, *, code: str, count: int, oldest: date | None) -> Waiting:
    url = f"{reverse(f'admin:{queue.page}_changelist')}?{queue.query}"
    return Waiting(queue.label, url, count, oldest, queue.urgent)


def _summary(queue: Queue, user: User, on: date) -> QuerySet[Any, dict[str, Any]]:
    """One row: the queue's code, how many, and since which day of Toronto the oldest waits."""
    rows = queue.rows(user, on).order_by()
    oldest: Any = Value(None, output_field=DateField())
    if queue.since:
        column = rows.model._meta.get_field(queue.since)
        is_moment = column.get_internal_type() == "DateTimeField"
        oldest = Min(TruncDate(queue.since, tzinfo=TORONTO) if is_moment else queue.since)
    code = Value(queue.code, output_field=CharField())
    return (
        rows.annotate(code=code)
        .values("code")
        .annotate(count=Count("pk"), oldest=Cast(oldest, DateField()))
    )


def mine(user: User) -> list[Application]:
    """What this person reviews, soonest due first."""
    if not user.has_perm("orgs.view_application"):
        return []
    rows = applications.rows(View.MINE, by=user, on=today())
    return list(rows.select_related("organization")[:MOST])
