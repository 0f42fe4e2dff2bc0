"""The e-mails about how an organization stands: suspended, closed, its qualification ending."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from orgs.days import today
from orgs.emails.writing import write
from orgs.models import Organization


def changed(organization: Organization, deed: str, *, reason: Any, key: str) -> None:
    """It was suspended, reinstated, closed or reopened, and why; `deed` is that word."""
    write(deed, organization, key=key, **_said(organization, reason))


def preview(organization: Organization, deed: str, *, reason: Any, language: str) -> str:
    """The text of `changed` as somebody would read it in a language, without its address."""
    context = _said(organization, reason) | {"organization": organization, "url": "…"}
    context |= {"site_name": settings.SITE_NAME, "support_email": settings.SUPPORT_EMAIL}
    with translation.override(language):
        return render_to_string(f"mail/orgs/{deed}/body.txt", context).strip()


def _said(organization: Organization, reason: Any) -> dict[str, Any]:
    return {"reason": reason, "is_qualified": organization.is_qualified(today())}


def ends(organization: Organization, *, stage: int, days: int) -> None:
    """The qualification ends in so many days: how to renew it. Once a stage (60, 30, 7)."""
    key = f"qualification-ends:{organization.pk}:{organization.qualified_until}:{stage}"
    write("ends", organization, key=key, page="orgs:renew", days=days)


def ended(organization: Organization) -> None:
    """It has ended: what stands still, and that nothing is lost. Once."""
    key = f"qualification-ended:{organization.pk}:{organization.qualified_until}"
    write("ended", organization, key=key, page="orgs:renew")
