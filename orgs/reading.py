"""Reading: an application with what its review page shows, in as few queries as that takes."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from audit.models import Entry
from orgs.models import (
    Activity,
    Application,
    BranchLetter,
    Document,
    Inquiry,
    Match,
    Organization,
    Page,
    Remark,
)

KEPT_FOR = 300  # seconds
Status = Application.Status


def applications() -> QuerySet[Application]:
    """With people, activities' ids, the budget it declares, when it was qualified before; whether
    anything was said, it is a branch, and may be the same as another."""
    of_this = {"subject_type": ContentType.objects.get_for_model(Application)}
    notes = Entry.objects.filter(**of_this, subject_id=OuterRef("pk"), action="application.note")
    chosen = Organization.activities.through.objects.filter(organization=OuterRef("organization"))
    people = ("claimed_by", "decided_by", "submitted_by", "previous__decided_by")
    ours = Q(first=OuterRef("organization")) | Q(second=OuterRef("organization"))
    before = Application.objects.filter(
        organization=OuterRef("organization"), status=Status.QUALIFIED, pk__lt=OuterRef("pk")
    )
    return (
        Application.objects.sent()
        .select_related("organization", "new_budget", *people)
        .annotate(
            is_said=Q(Exists(Inquiry.objects.filter(application=OuterRef("pk"))))
            | Q(Exists(Remark.objects.filter(application=OuterRef("pk")))),
            is_noted=Exists(notes),
            has_letter=Exists(
                BranchLetter.objects.standing().filter(branch=OuterRef("organization"))
            ),
            qualified_before=Subquery(before.order_by("-decided_at").values("decided_at")[:1]),
            is_matched=Exists(Match.objects.filter(ours)),
            activity_keys=ArraySubquery(chosen.values("activity")),
        )
    )


def recall_activities(application: Any) -> None:
    """Put the activities on the organization: the words are few, and the same for everybody."""
    wanted = set(application.activity_keys)
    known = cache.get("orgs.activities") or []
    if not wanted <= {activity.pk for activity in known}:
        known = list(Activity.objects.all())
        cache.set("orgs.activities", known, KEPT_FOR)
    chosen = [activity for activity in known if activity.pk in wanted]
    _put(application.organization, "activities", chosen)


def papers(organization: Organization) -> list[Document]:
    """The organization's papers with the pictures of their pages, in one query."""
    shown = ("number", "image", "width", "height")
    pages = Page.objects.filter(document=OuterRef("pk")).order_by("number")
    drawn = ArraySubquery(pages.values(data=JSONObject(**{name: name for name in shown})))
    found: list[Any] = list(Document.objects.of(organization).annotate(drawn=drawn))
    for document in found:
        _put(document, "pages", [Page(document=document, **data) for data in document.drawn])
    return found


def _put(row: Any, name: str, rows: list[Any]) -> None:
    """As `prefetch_related` would have."""
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows
