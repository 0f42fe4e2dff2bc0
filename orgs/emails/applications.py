"""The e-mails about an application, a function each."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orgs.emails.writing import write
from orgs.models import Application, Inquiry


def received(application: Application) -> None:
    """It arrived, and by when there is an answer."""
    _write(
        "received", application, key=f"application-received:{application.pk}:{application.version}"
    )


def question(inquiry: Inquiry) -> None:
    """Staff need something; the clock stands still."""
    _write(
        "question",
        inquiry.application,
        key=f"inquiry:{inquiry.pk}",
        page="orgs:answer",
        page_args=(inquiry.pk,),
        question=inquiry.question,
    )


def reminder(inquiry: Inquiry, *, days: int) -> None:
    """The same, after 5, 15 and 30 days without an answer."""
    _write(
        "reminder",
        inquiry.application,
        key=f"inquiry-reminder:{inquiry.pk}:{days}",
        page="orgs:answer",
        page_args=(inquiry.pk,),
        question=inquiry.question,
    )


def qualified(application: Application) -> None:
    """Yes, and what the organization can do now."""
    _write("qualified", application, key=f"application-qualified:{application.pk}")


def declined(application: Application) -> None:
    """No, with the reason, and what can be done."""
    key = f"application-declined:{application.pk}"
    _write("declined", application, key=key, page="orgs:application")


def late(application: Application) -> None:
    """The day we promised has passed: we say so before they ask."""
    _write("late", application, key=f"application-late:{application.pk}:{application.due_on}")


def draft_waits(draft: Application, *, days: int, until: datetime) -> None:
    """What they began waits for them since so many days. Once a stage."""
    key = f"draft-waits:{draft.pk}:{draft.saved_at:%Y-%m-%d}:{days}"
    _write("draft_waits", draft, key=key, **_to_its_authors(draft), days=days, until=until)


def draft_ends(draft: Application, *, on: datetime) -> None:
    """What they began is put away soon unless they go on."""
    key = f"draft-ends:{draft.pk}:{draft.saved_at:%Y-%m-%d}"
    _write("draft_ends", draft, key=key, **_to_its_authors(draft), on=on)


def _to_its_authors(draft: Application) -> dict[str, Any]:
    """A draft concerns who began it: an address in it may be anybody's."""
    is_renewal = draft.kind == Application.Kind.RENEWAL
    return {"page": "orgs:renew" if is_renewal else "orgs:tasks", "with_address": False}


def preview(kind: str, application: Application, **context: object) -> str:
    """The text of an e-mail as the organization would read it, without its address."""
    organization = application.organization
    page = {"application": application, "organization": organization, "url": "…"}
    page |= {"site_name": settings.SITE_NAME, "support_email": settings.SUPPORT_EMAIL}
    with translation.override(organization.language):
        return render_to_string(f"mail/orgs/{kind}/body.txt", page | context).strip()


def _write(kind: str, application: Application, *, key: str, **more: Any) -> None:
    write(kind, application.organization, key=key, application=application, **more)
