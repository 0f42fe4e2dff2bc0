"""The e-mail about a document, to whoever sent it."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from mail import outbox
from orgs.models import Document


def refused(document: Document) -> None:
    """It was refused after it had been received, and has to be replaced."""
    reader = document.uploaded_by
    with translation.override(reader.language):
        url = reverse("orgs:documents", args=[document.organization.number])
    outbox.queue(
        "orgs/document_refused",
        to=[reader.email],
        language=reader.language,
        key=f"document-refused:{document.pk}",
        context={
            "document": document,
            "organization": document.organization,
            "url": settings.SITE_URL + url,
        },
    )
