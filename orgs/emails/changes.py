"""The e-mails about a request to change a fact, a function each."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orgs.emails.writing import write
from orgs.models import ChangeRequest


def received(change: ChangeRequest) -> None:
    """It arrived; the old value is in force until there is an answer, by a day."""
    _write("change_received", change, key=f"change-received:{change.pk}")


def asked(change: ChangeRequest, *, question: str, version: int) -> None:
    """Staff need something; the clock stands still."""
    key = f"change-asked:{change.pk}:{version}"
    _write("change_asked", change, key=key, question=question)


def approved(change: ChangeRequest, *, renew: bool) -> None:
    """Yes, and what the file says now."""
    _write("change_approved", change, key=f"change-approved:{change.pk}", renew=renew)


def declined(change: ChangeRequest) -> None:
    """No, with the reason; the file says what it said."""
    _write("change_declined", change, key=f"change-declined:{change.pk}")


def preview(kind: str, change: ChangeRequest, **context: object) -> str:
    """The text of an e-mail as the organization would read it, without its address."""
    organization = change.organization
    page = {"change": change, "organization": organization, "url": "…"}
    page |= {"site_name": settings.SITE_NAME, "support_email": settings.SUPPORT_EMAIL}
    with translation.override(organization.language):
        return render_to_string(f"mail/orgs/{kind}/body.txt", page | context).strip()


def _write(kind: str, change: ChangeRequest, *, key: str, **more: Any) -> None:
    organization = change.organization
    write(
        kind,
        organization,
        key=key,
        page="orgs:change_request",
        page_args=(change.pk,),
        change=change,
        **more,
    )
