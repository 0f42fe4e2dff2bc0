"""Issue: make a token for a named person, or take it back."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import notices
from orgs.days import today
from orgs.models import Organization
from tokens import emails, secrets
from tokens.models import Client, Token

LIFETIME = timedelta(days=60)
MOST = 20  # valid tokens an organization may have at once


@transaction.atomic
def issue(
    organization: Organization, *, bearer_name: str, bearer_email: str, by: User
) -> tuple[Token, str]:
    """Make a token of 60 days; returns it with its secret, which is never seen again.

    Raises ValidationError when the organization is not qualified today or has 20 valid tokens.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    if why := notices.why_not(organization, on=today()):
        text = _("%(why)s Only a qualified organization can create validation tokens.")
        raise ValidationError(text, "not_qualified", {"why": why})
    if Token.objects.of(organization).valid().count() >= MOST:
        text = _("You have %(most)s valid tokens. Revoke one that is no longer needed.")
        raise ValidationError(text, "too_many", {"most": MOST})
    secret, now = secrets.make("rt"), timezone.now()
    token = Token.objects.create(
        organization=organization,
        bearer_name=bearer_name,
        bearer_email=bearer_email,
        digest=secrets.digest(secret),
        last4=secret[-4:],
        created_by=by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    record(token, "token.created", by=by, bearer=bearer_name)
    emails.created(token)
    return token, secret


@transaction.atomic
def revoke(pk: int, *, organization: Organization, by: User) -> Token:
    """End a token now; revoking twice is revoking once. Raises Token.DoesNotExist."""
    token = Token.objects.of(organization).select_for_update().get(pk=pk)
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = timezone.now(), by
        token.save(update_fields=["revoked_at", "revoked_by"])
        record(token, "token.revoked", by=by)
        emails.revoked(token)
    return token


@transaction.atomic
def new_key(client: Client, *, by: User) -> str:
    """Give an API client a new key; the one it had ends now. Returns it, to be shown once."""
    secret = secrets.make("rk")
    client.key_digest, client.key_last4 = secrets.digest(secret), secret[-4:]
    client.save()
    record(client, "client.key_made", by=by)
    return secret
