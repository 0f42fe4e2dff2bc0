"""Merging two organizations, with what every app has of them: look first, do it, undo it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from catalog import moving as catalog
from orders import limits, quota
from orders import moving as orders
from orders.meters import lasts, shown
from orgs import matches, merging
from orgs.models import Application, Match, Merge
from orgs.models.application import ApplicationQuerySet
from tokens import moving as tokens
from tokens.models import Token

PARTS = (merging, catalog, orders, tokens)
"""Whose rows move, each by `move_rows` and `take_rows_back`."""


@transaction.atomic
def carry_out(pk: int, *, by: User) -> Merge:
    """The second of two people makes two organizations one.

    Both rows are locked first, in order: no order of either is placed meanwhile. Raises
    ValidationError with every reason against it.
    """
    merge = merging.begin(pk, by=by)
    for part in PARTS:
        part.move_rows(merge)
    return merging.finish(merge, by=by)


@transaction.atomic
def undo(pk: int, *, by: User, reason: str) -> Merge:
    """Within 30 days: what moved goes back, and what came later stays.

    Raises ValidationError when it is too late, or something later stands in the way.
    """
    merge = merging.begin_undoing(pk)
    for part in reversed(PARTS):
        part.take_rows_back(merge)
    merging.end_undoing(merge, by=by, reason=reason)
    sides = sorted((merge.gone_id, merge.kept_id))
    for match in Match.objects.filter(first=sides[0], second=sides[1]):
        matches.ask_again(match.pk, by=by, reason=reason)
    return merge


# What is looked at before


@dataclass(frozen=True)
class Moving:
    """Something that moves, in words, and how much of it."""

    label: str
    what: Any


@dataclass(frozen=True)
class QuotaRow:
    """One limit of one program: what each has used, and what both have together."""

    program: str
    gone: Any
    kept: Any
    together: Any
    limit: Any
    is_over: bool


@dataclass(frozen=True)
class Preview:
    """Everything that a merge would do, and what stands against it."""

    moving: list[Moving]
    quotas: list[QuotaRow]
    notes: list[str]
    reasons: list[str]


def preview(merge: Merge) -> Preview:
    """What would move, what quotas would be, and what both have differently."""
    reasons = [
        line for error in merging.reasons_against(merge.gone, merge.kept) for line in error.messages
    ]
    return Preview(_moving(merge), _quotas(merge), list(_notes(merge)), reasons)


def _moving(merge: Merge) -> list[Moving]:
    gone = merge.gone
    applications: ApplicationQuerySet = Application.objects.of(gone)
    count = _counts(
        orders.moving(merge)
        | {
            "places": catalog.moving(merge),
            "tokens": Token.objects.of(gone),
            "documents": gone.documents.all(),
            "applications": applications.filter(status__in=Application.OPEN_SENT),
            "branches": gone.branches.all(),
        }
    )
    people = [str(m.user) for m in gone.memberships.select_related("user")]
    numbers = [getattr(gone, n) for n in merging.NUMBERS if not getattr(merge.kept, n)]
    rows = [
        Moving(_("People, with their carts and alerts"), ", ".join(people)),
        Moving(_("Orders, with payments, licences and quota"), count["orders"]),
        Moving(_("Products in carts"), count["cart_items"]),
        Moving(_("Places in queues"), count["places"]),
        Moving(_("Validation tokens"), count["tokens"]),
        Moving(_("Documents"), count["documents"]),
        Moving(_("Applications under way"), count["applications"]),
        Moving(_("Branches"), count["branches"]),
        Moving(_("Numbers that the other lacks"), ", ".join(n for n in numbers if n)),
        Moving(_("Becomes former names"), ", ".join([gone.legal_name, *gone.former_names])),
    ]
    return [row for row in rows if row.what]


def _counts(rows: dict[str, QuerySet]) -> Counter[str]:
    """How many there are of each, by one query."""
    first, *others = (
        found.order_by().values(what=Value(name)).annotate(count=Count("pk"))
        for name, found in rows.items()
    )
    return Counter({row["what"]: row["count"] for row in first.union(*others, all=True)})


def _quotas(merge: Merge) -> list[QuotaRow]:
    """Limits of which both or one have used something, as they would stand together."""
    now = timezone.now()
    mine, theirs = (quota.uses(side, as_of=now) for side in (merge.kept, merge.gone))
    rows = []
    for program, index, kept in quota.standings(merge.kept, as_of=now, used=mine):
        limit = quota.limits_of(program)[index]
        if not lasts(limit):
            continue
        used = theirs.get(program.pk, [])
        gone = limits.standing(limit, used, as_of=now, subject=kept.subject)
        both = [*mine.get(program.pk, []), *used]
        together = limits.standing(limit, both, as_of=now, subject=kept.subject)
        if gone.total and limit.max is not None:
            show = shown(limit)
            figures = (show(gone.total), show(kept.total), show(together.total), show(limit.max))
            rows.append(QuotaRow(program.name, *figures, together.total > limit.max))
    return rows


def _notes(merge: Merge) -> Any:
    """What a reviewer would want to know, and nothing forbids."""
    for name in merging.NUMBERS:
        values = [getattr(side, name) for side in (merge.gone, merge.kept)]
        if all(values):
            text = _("Both have such a number: %(gone)s becomes history, %(kept)s counts.")
            yield text % {"gone": values[0], "kept": values[1]}
    if merge.gone.suspended_on:
        yield _("The one that becomes part is suspended: the other is not, by the merge.")
    if merge.gone.email and merge.gone.email != merge.kept.email:
        text = _("Licences go to %(kept)s, and no longer to %(gone)s.")
        yield text % {"kept": merge.kept.email or "–", "gone": merge.gone.email}


WORDS = {
    "orgs.membership": gettext_lazy("People"),
    "orgs.role": gettext_lazy("Roles"),
    "orgs.document": gettext_lazy("Documents"),
    "orgs.application": gettext_lazy("Applications under way"),
    "orgs.claim": gettext_lazy("Claims"),
    "orgs.organization": gettext_lazy("Branches, and what was merged before"),
    "orgs.invitation": gettext_lazy("Invitations"),
    "orgs.joinrequest": gettext_lazy("Requests to join"),
    "orgs.branchletter": gettext_lazy("Branch letters"),
    "catalog.queueplace": gettext_lazy("Places in queues"),
    "orders.order": gettext_lazy("Orders"),
    "orders.cartitem": gettext_lazy("Products in carts"),
    "tokens.token": gettext_lazy("Validation tokens"),
}


def moved(merge: Merge) -> list[Moving]:
    """What a merge that was carried out has moved."""
    rows = merge.rows.order_by().values_list("model").annotate(n=Count("pk"))
    return [Moving(str(WORDS.get(model, model)), n) for model, n in sorted(rows)]


def why_not(refusal: ValidationError) -> str:
    """Reasons as one message."""
    return " ".join(refusal.messages)
