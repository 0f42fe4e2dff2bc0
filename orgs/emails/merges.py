"""The e-mails about a merge: to the administrators of what was two, and is one, or two again."""

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Merge, Organization


def merged(merge: Merge) -> None:
    """Two accounts are one: under which number, and that nothing is lost."""
    _write("merged", merge, about=merge.kept)


def undone(merge: Merge) -> None:
    """They are two again: to the administrators of each."""
    _write("merge_undone", merge, about=merge.kept)
    _write("merge_undone", merge, about=merge.gone)


def _write(kind: str, merge: Merge, *, about: Organization) -> None:
    for address, language in _readers(about):
        with translation.override(language):
            url = settings.SITE_URL + reverse("dashboard", args=[about.number])
        outbox.queue(
            f"orgs/{kind}",
            to=[address],
            language=language,
            key=f"{kind}:{merge.pk}:{about.pk}:{address}"[:200],
            context={"merge": merge, "gone": merge.gone, "kept": merge.kept, "url": url},
        )


def _readers(organization: Organization) -> Iterator[tuple[str, str]]:
    members = organization.memberships.select_related("user", "role")
    found = {m.user.email: m.user.language for m in members if m.may("members.manage")}
    if organization.email:
        found.setdefault(organization.email, organization.language)
    yield from found.items()
