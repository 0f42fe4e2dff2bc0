"""The e-mails about where licences go. Links act only by a button on the page they open."""

from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import AddressChange

CONFIRM: Final = "orgs.licence-address.confirm"
UNDO: Final = "orgs.licence-address.undo"


def link(change: AddressChange, salt: str) -> str:
    """The token of a link to confirm a change, or to stop it."""
    return signing.dumps(change.pk, salt=salt)


def please_confirm(change: AddressChange) -> None:
    """To the new address: is it yours?"""
    token = link(change, CONFIRM)
    _write("address_confirm", change, to=change.new, page="orgs:confirm_address", token=token)


def changing(change: AddressChange) -> None:
    """To both addresses: from when; the old one can stop it."""
    token = link(change, UNDO)
    _write("address_changing", change, to=change.old, page="orgs:stop_address", token=token)
    _write("address_confirmed", change, to=change.new)
    for address, language in administrators(change).items():
        _write("address_confirmed", change, to=address, language=language)


def stopped(change: AddressChange) -> None:
    """To both addresses: licences go where they went."""
    if change.confirmed_at:
        _write("address_stopped", change, to=change.new)
    _write("address_stopped", change, to=change.old)


def administrators(change: AddressChange) -> dict[str, str]:
    """The addresses and languages of those who may change facts."""
    members = change.organization.memberships.select_related("user", "role")
    return {m.user.email: m.user.language for m in members if m.may("profile.edit")}


def _write(
    kind: str,
    change: AddressChange,
    *,
    to: str,
    page: str = "",
    token: str = "",
    language: str = "",
) -> None:
    if not to:
        return
    organization = change.organization
    language = language or organization.language
    with translation.override(language):
        args = [token] if page else [organization.number]
        path = reverse(page or "orgs:detail", args=args)
    outbox.queue(
        f"orgs/{kind}",
        to=[to],
        language=language,
        key=f"{kind}:{change.pk}:{to}"[:200],
        context={
            "change": change,
            "organization": organization,
            "url": settings.SITE_URL + path,
        },
    )
