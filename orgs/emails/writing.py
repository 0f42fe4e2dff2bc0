"""Writing to an organization: to its address and its administrators, each in their language."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Organization


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
    readers = {
        m.user.email: m.user.language
        for m in organization.memberships.select_related("user", "role")
        if m.may("profile.edit")
    }
    if with_address:
        readers.setdefault(organization.email, organization.language)
    for address, language in readers.items():
        if not address:
            continue
        with translation.override(language):
            url = settings.SITE_URL + reverse(page, args=[organization.number, *page_args])
        outbox.queue(
            f"orgs/{kind}",
            to=[address],
            language=language,
            key=f"{key}:{address}"[:200],
            context={"organization": organization, "url": url, **context},
        )
