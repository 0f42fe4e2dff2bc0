"""Writing to an organization: to its address and its administrators, each in their language."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Organization


def readers(organization: Organization, *, with_address: bool = True) -> dict[str, str]:
    """The language of each address: its administrators', and its own."""
    found = {
        m.user.email: m.user.language
        for m in organization.memberships.select_related("user", "role")
        if m.may("profile.edit")
    }
    if with_address:
        found.setdefault(organization.email, organization.language)
    return {address: language for address, language in found.items() if address}


def write(
    kind: str,
    organization: Organization,
    *,
    key: str,
    page: str = "dashboard",
    page_args: tuple[object, ...] = (),
    with_address: bool = True,
    **context: object,
) -> None:
    """Queue one e-mail a reader, once for a key; `page` is where its button leads.

    `with_address`: also to the organization's own address, which nobody has confirmed in a draft.
    """
    for address, language in readers(organization, with_address=with_address).items():
        with translation.override(language):
            url = settings.SITE_URL + reverse(page, args=[organization.number, *page_args])
        outbox.queue(
            f"orgs/{kind}",
            to=[address],
            language=language,
            key=f"{key}:{address}"[:200],
            context={"organization": organization, "url": url, **context},
        )
