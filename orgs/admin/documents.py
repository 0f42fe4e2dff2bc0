"""Documents in the admin: the list with their states, and the pictures of their pages.

The files themselves are never shown by a browser: they are downloaded, and that is recorded.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_safe

from audit.models import Entry, record
from orgs import documents, page_images
from orgs.admin import queue
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.models import Document, Page


@admin.register(Document)
class DocumentAdmin(KeptAdmin):
    """What was sent, and how the virus scanner finds it."""

    list_display = ("name", "organization", "kind", "status", "scanner", "size", "uploaded_at")
    list_filter = ("status", "kind")
    list_select_related = ("organization",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = queue.PageByKeys
    search_fields = ("name", "organization__legal_name", "organization__number", "sha256")
    exclude = ("file",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/pages/<int:number>/", view(picture), name="orgs_document_page"),
            path("<int:pk>/download/", view(download), name="orgs_document_download"),
            *super().get_urls(),
        ]


def refuse_others(request: HttpRequest) -> None:
    """Papers are for those who may decide on applications."""
    if not request.user.has_perm("orgs.change_application"):
        raise PermissionDenied


@require_safe
def picture(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """One page; that somebody looked at the document is recorded once a day."""
    refuse_others(request)
    page = get_object_or_404(Page.objects.select_related("document"), document=pk, number=number)
    response = page_images.picture(page)
    seen = Entry.objects.about(page.document).filter(action="document.seen", by_id=request.user.pk)
    if not seen.filter(at__date=today()).exists():
        record(page.document, "document.seen", by=request.user)
    return response


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file; who took it is recorded."""
    refuse_others(request)
    document = get_object_or_404(Document.objects.served(), pk=pk)
    response = documents.download(document)
    record(document, "document.read", by=request.user)
    return response
