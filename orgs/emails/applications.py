"""The e-mails about an application, a function each."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Application, Inquiry


def received(application: Application) -> None:
    """It arrived, and by when there is an answer."""
    _write("received", application, key=f"application-received:{application.pk}")


def question(inquiry: Inquiry) -> None:
    """Staff need something; the clock stands still."""
    _write(
        "question",
        inquiry.application,
        key=f"inquiry:{inquiry.pk}",
        page="orgs:answer",
        page_pk=inquiry.pk,
        question=inquiry.question,
    )


def reminder(inquiry: Inquiry, *, days: int) -> None:
    """The same, after 5, 15 and 30 days without an answer."""
    _write(
        "reminder",
        inquiry.application,
        key=f"inquiry-reminder:{inquiry.pk}:{days}",
        page="orgs:answer",
        page_pk=inquiry.pk,
        question=inquiry.question,
    )


def qualified(application: Application) -> None:
    """Yes, and what the organization can do now."""
    _write("qualified", application, key=f"application-qualified:{application.pk}")


def declined(application: Application) -> None:
    """No, with the reason."""
    _write("declined", application, key=f"application-declined:{application.pk}")


def preview(kind: str, application: Application, **context: object) -> str:
    """The text of an e-mail as the organization would read it, without its address."""
    organization = application.organization
    page = {"application": application, "organization": organization, "url": "…"}
    page |= {"site_name": settings.SITE_NAME, "support_email": settings.SUPPORT_EMAIL}
    with translation.override(organization.language):
        return render_to_string(f"mail/orgs/{kind}/body.txt", page | context).strip()


def _write(
    kind: str,
    application: Application,
    *,
    key: str,
    page: str = "dashboard",
    page_pk: int | None = None,
    **context: object,
) -> None:
    """To the organization's address and to its administrators, each in their language, once."""
    organization = application.organization
    readers = {
        m.user.email: m.user.language
        for m in organization.memberships.select_related("user", "role")
        if m.may("profile.edit")
    }
    readers.setdefault(organization.email, organization.language)
    args = [organization.number] + ([page_pk] if page_pk else [])
    for address, language in readers.items():
        if not address:
            continue
        with translation.override(language):
            url = settings.SITE_URL + reverse(page, args=args)
        outbox.queue(
            f"orgs/{kind}",
            to=[address],
            language=language,
            key=f"{key}:{address}"[:200],
            context={
                "application": application,
                "organization": organization,
                "url": url,
                **context,
            },
        )
