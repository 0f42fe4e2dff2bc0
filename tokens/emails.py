"""The e-mails about tokens."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from tokens.models import Token


def created(token: Token) -> None:
    """Tell the organization that a token exists, so that nobody makes one unseen."""
    _tell(token, "created")


def revoked(token: Token) -> None:
    _tell(token, "revoked")


def _tell(token: Token, what: str) -> None:
    organization = token.organization
    with translation.override(organization.language):
        url = settings.SITE_URL + reverse("tokens:list", args=[organization.number])
    outbox.queue(
        f"tokens/{what}",
        to=[organization.email],
        language=organization.language,
        key=f"token-{what}:{token.pk}",
        context={"token": token, "organization": organization, "url": url},
    )
