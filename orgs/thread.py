"""The thread of an application: what was asked, answered and added, with the files of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from audit.models import record
from orgs import qualification
from orgs.attachments import attach
from orgs.contents import Contents
from orgs.models import Application, Document, Inquiry, NewBudget, Remark


@dataclass(frozen=True)
class Post:
    """One thing that was said: by the applicant, or by staff."""

    label: Any
    text: str
    at: datetime | None
    by: User | None
    is_ours: bool = False
    files: Sequence[Document] = ()
    open_question: Inquiry | None = None
    """The question itself, while it waits for its answer."""


def posts(application: Application, *, is_said: bool = True) -> list[Post]:
    """Everything, oldest first; seven queries at most.

    Pass `is_said` as False when nothing was asked or added, which saves two of them.
    """
    found = list(_opening(application))
    return sorted([*found, *(_said(application) if is_said else ())], key=_moment)


def _moment(post: Post) -> float:
    return post.at.timestamp() if post.at else 0


def _said(application: Application) -> Iterator[Post]:
    """Questions with their answers, and what was added."""
    inquiries = application.inquiries.select_related("asked_by", "answered_by")
    for inquiry in inquiries.prefetch_related("files"):
        yield from _question(inquiry, is_over=application.is_decided)
    for remark in application.remarks.select_related("by").prefetch_related("files"):
        files = list(remark.files.all())
        yield Post(_("Added"), remark.words, remark.at, remark.by, files=files)


def _opening(application: Application) -> list[Post]:
    """What came with the application itself."""
    if application.kind == Application.Kind.FIRST:
        return []
    files = list(application.files.all())
    text = opening(application)
    if not text and not files:
        return []
    label = application.get_kind_display()
    return [Post(label, text, application.submitted_at, application.started_by, files=files)]


def opening(application: Application) -> str:
    """What the applicant says with it: the budget that a renewal declares, and the words."""
    return "\n\n".join(filter(None, [_declared(application), application.words]))


def _declared(application: Application) -> str:
    """The budget that a renewal declares, in a sentence."""
    found: NewBudget | None = getattr(application, "new_budget", None)
    if found is None or found.annual_budget is None:
        return ""
    text = _("Annual budget: $%(amount)s (%(source)s, %(year)s).")
    return str(text) % {
        "amount": number_format(found.annual_budget, decimal_pos=2, force_grouping=True),
        "source": found.get_budget_source_display(),
        "year": found.budget_year or "–",
    }


def _question(inquiry: Inquiry, *, is_over: bool) -> list[Post]:
    is_open = inquiry.answered_at is None and not is_over
    asked = Post(
        _("Question"),
        inquiry.question,
        inquiry.asked_at,
        inquiry.asked_by,
        is_ours=True,
        open_question=inquiry if is_open else None,
    )
    if inquiry.answered_at is None:
        return [asked]
    files = list(inquiry.files.all())
    answer = Post(
        pgettext_lazy("noun", "Answer"),
        inquiry.answer,
        inquiry.answered_at,
        inquiry.answered_by,
        files=files,
    )
    return [asked, answer]


@transaction.atomic
def remark(
    pk: int, *, by: User, words: str, files: Sequence[Contents] = (), kind: str = ""
) -> Remark:
    """Add words or papers to an application that staff have; whoever decides must look again.

    Raises ValidationError when there is nothing in it or the application is decided, and with what
    is wrong with the papers.
    """
    application = qualification.lock_open(pk)
    if not words.strip() and not files:
        raise ValidationError(_("Write something, or choose a file."), "empty")
    added = Remark.objects.create(application=application, words=words.strip(), by=by)
    record(application, "application.remarked", by=by, note=words.strip(), remark=added.pk)
    qualification.bump(application)
    attach(added, files, kind=kind or Document.Kind.OTHER, by=by)
    return added
