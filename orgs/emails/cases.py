"""The e-mails of a conversation, to the person who opened it."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Case, CaseMessage


def received(case: Case) -> None:
    """We have it, and by when there is an answer."""
    _write("case_received", case, key=f"case-received:{case.pk}")


def answered(message: CaseMessage) -> None:
    """What our staff wrote."""
    _write("case_answered", message.case, key=f"case-answered:{message.pk}", text=message.text)


def _write(kind: str, case: Case, *, key: str, **context: object) -> None:
    reader, organization = case.opened_by, case.organization
    with translation.override(reader.language):
        path = reverse("orgs:case", args=[organization.number, case.pk])
    outbox.queue(
        f"orgs/{kind}",
        to=[reader.email],
        language=reader.language,
        key=key,
        context={
            "case": case,
            "organization": organization,
            "url": settings.SITE_URL + path,
            **context,
        },
    )
