"""The e-mails about what a public register says of a qualified organization."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from mail import outbox
from orgs.emails.writing import write
from orgs.models import RegisterAlert


def opened(alert: RegisterAlert, *, key: str) -> None:
    """To members: what the register says, and that we look at it. To staff: there is work."""
    _to_members("register_alert", alert, key=key)
    for person in staff():
        with translation.override(person.language):
            url = reverse("admin:orgs_registeralert_change", args=[alert.pk])
        outbox.queue(
            "orgs/register_alert_staff",
            to=[person.email],
            language=person.language,
            key=f"{key}:staff:{person.pk}",
            context={"alert": alert, "url": settings.SITE_URL + url},
        )


def cleared(alert: RegisterAlert, *, key: str) -> None:
    """To members: it is in order again, nothing changed."""
    _to_members("register_cleared", alert, key=key)


def staff() -> list[User]:
    """Who works on alerts; the superusers, while nobody does."""
    right = "orgs.change_registeralert"
    people = User.objects.with_perm(right, include_superusers=False).filter(is_staff=True)
    return list(people) or list(User.objects.filter(is_superuser=True, is_active=True))


def _to_members(kind: str, alert: RegisterAlert, *, key: str) -> None:
    """To the organization's address and to its administrators, each in their language, once."""
    write(kind, alert.organization, key=key, alert=alert)
