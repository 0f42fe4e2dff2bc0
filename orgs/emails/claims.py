"""The e-mails about a claim: to the claimant, and to those whose organization is asked for."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Claim


def filed(claim: Claim) -> None:
    """It arrived, and by when there is an answer."""
    _to_claimant("claim_filed", claim)


def asked_for(claim: Claim) -> None:
    """Somebody asks for access: to the administrators and the organization's address, at once."""
    _to_administrators("claim_asked", claim, page="orgs:claim_on_us", page_pk=claim.pk)


def accepted(claim: Claim) -> None:
    """Yes, with the role, and where to go."""
    _to_claimant("claim_accepted", claim)


def joined(claim: Claim) -> None:
    """To the administrators: who may act for the organization from now on."""
    _to_administrators("claim_joined", claim, page="orgs:people")


def declined(claim: Claim) -> None:
    """No, with the reason, and what can be done now."""
    _to_claimant("claim_declined", claim)


def _to_claimant(kind: str, claim: Claim) -> None:
    user = claim.filed_by
    with translation.override(user.language):
        if claim.status == Claim.Status.ACCEPTED:
            url = reverse("dashboard", args=[claim.organization.number])
        else:
            url = reverse("orgs:claim", args=[claim.draft.number])
    _queue(kind, claim, to=user.email, language=user.language, url=url)


def _to_administrators(kind: str, claim: Claim, *, page: str, page_pk: int | None = None) -> None:
    args = [claim.organization.number, *([page_pk] if page_pk else [])]
    for address, language in _administrators(claim):
        with translation.override(language):
            url = reverse(page, args=args)
        _queue(kind, claim, to=address, language=language, url=url)


def _administrators(claim: Claim) -> Iterator[tuple[str, str]]:
    """Who manages the members, with their language; the shared address when nobody does."""
    organization = claim.organization
    members = organization.memberships.exclude(user=claim.filed_by).select_related("user", "role")
    found = [(m.user.email, m.user.language) for m in members if m.may("members.manage")]
    if not found and organization.email:
        found = [(organization.email, organization.language)]
    yield from found


def _queue(kind: str, claim: Claim, *, to: str, language: str, url: str) -> None:
    outbox.queue(
        f"orgs/{kind}",
        to=[to],
        language=language,
        key=f"{kind}:{claim.pk}:{claim.organization_id}:{to}"[:200],
        context={
            "claim": claim,
            "organization": claim.organization,
            "url": settings.SITE_URL + url,
        },
    )
