"""The e-mails of the queue, to the person who took the place."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalog.models import QueuePlace
from mail import outbox


def offered(place: QueuePlace) -> None:
    """Packs are held: until when, and where to order."""
    _write("held", place)


def passed_over(place: QueuePlace, reasons: Sequence[str]) -> None:
    """Something is free, and this organization may not have it: every reason."""
    _write("passed_over", place, reasons=reasons)


def expired(place: QueuePlace) -> None:
    """The hold ended; the packs go to the next."""
    _write("hold_ended", place)


def _write(kind: str, place: QueuePlace, **more: object) -> None:
    language = place.by.language
    with translation.override(language):
        page = reverse("catalog:org_product", args=[place.organization.number, place.product.slug])
    outbox.queue(
        f"catalog/{kind}",
        to=[place.by.email],
        language=language,
        key=f"queue:{kind}:{place.pk}",
        context={
            "organization": place.organization,
            "product": place.product,
            "place": place,
            "url": settings.SITE_URL + page,
            **more,
        },
    )
