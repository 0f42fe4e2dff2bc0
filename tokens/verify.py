"""Verify: from a token to an answer. The organization is looked up now, not copied then."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orgs.days import today
from tokens import secrets
from tokens.models import Client, Token, Verification

PER_MINUTE = 60  # checks a client may make
MISSES_PER_MINUTE = 10  # of tokens that do not exist: more looks like guessing


class TooManyChecks(Exception):
    """The client has used up its checks of this minute."""


@dataclass(frozen=True)
class Answer:
    """Valid, with the token; or not valid, and never why."""

    is_valid: bool
    token: Token | None = None


def client_of(key: str) -> Client | None:
    """The active client whose key this is."""
    if not secrets.is_well_formed(key, "rk"):
        return None
    return Client.objects.filter(key_digest=secrets.digest(key), is_active=True).first()


@transaction.atomic
def verify(secret: str, *, client: Client) -> Answer:
    """Check a token, and write down who asked.

    Unknown, expired, revoked, and no longer qualified all get the same answer. Raises
    TooManyChecks. Counting and writing happen under a lock on the client's row.
    """
    Client.objects.select_for_update().get(pk=client.pk)
    last_minute = client.verifications.filter(at__gt=timezone.now() - timedelta(minutes=1))
    misses = last_minute.filter(token=None)
    if last_minute.count() >= PER_MINUTE or misses.count() >= MISSES_PER_MINUTE:
        raise TooManyChecks
    token = None
    if secrets.is_well_formed(secret, "rt"):
        tokens = Token.objects.select_related("organization")
        token = tokens.filter(digest=secrets.digest(secret)).first()
    is_valid = (
        token is not None
        and token.revoked_at is None
        and token.expires_at > timezone.now()
        and token.organization.is_qualified(today())
    )
    Verification.objects.create(client=client, token=token, is_valid=is_valid)
    return Answer(True, token) if is_valid else Answer(False)
