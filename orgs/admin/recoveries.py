"""Recoveries of accounts: what the claimant shows, who was told, and the two approvals."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import record
from orgs import documents, recovery
from orgs.admin.kept import KeptAdmin
from orgs.models import Membership, Recovery, RecoveryPaper

BREAK = SafeString("<br>")


@admin.register(Recovery)
class RecoveryAdmin(KeptAdmin):
    """Everything is read-only: approving and refusing are the only deeds."""

    list_display = ("__str__", "organization", "claimant", "status", "not_before", "first_by")
    list_filter = ("status",)
    list_select_related = ("organization", "claimant", "first_by")
    search_fields = ("organization__legal_name", "organization__number", "claimant__email")
    ordering = ("not_before", "pk")
    fields = (
        *("status", "organization", "asked_for", "administrators", "claimant", "title", "words"),
        *("papers_shown", "asked_at", "not_before", "told"),
        *("first_by", "first_at", "second_by", "second_at", "reason"),
    )
    readonly_fields = fields
    change_form_template = "admin/orgs/recovery/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.paper)
        return [
            path("papers/<int:pk>/", view, name="orgs_recovery_paper"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """GET shows; POST approves or refuses."""
        if request.method != "POST":
            return super().change_view(request, object_id, *args, **kwargs)
        found = get_object_or_404(Recovery, pk=object_id)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        return self.act(request, found)

    def act(self, request: HttpRequest, found: Recovery) -> HttpResponse:
        by: Any = request.user
        reason = request.POST.get("reason", "").strip()
        is_refusal = "refuse" in request.POST
        if is_refusal and not reason:
            messages.error(request, _("Say why: the claimant reads it."))
            return redirect("admin:orgs_recovery_change", found.pk)
        try:
            if is_refusal:
                recovery.refuse(found.pk, reason=reason, by=by)
                said = _("Refused. The claimant is told.")
            else:
                done = recovery.approve(found.pk, by=by)
                is_last = done.status == Recovery.Status.GRANTED
                said = (
                    _("Granted: the claimant is an administrator now, and everybody is told.")
                    if is_last
                    else _("Approved. A colleague approves next.")
                )
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, said)
        return redirect("admin:orgs_recovery_change", found.pk)

    def paper(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A paper as a download; reading is recorded."""
        found = get_object_or_404(RecoveryPaper, pk=pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        record(found.recovery, "recovery.paper_read", by=request.user, note=found.name)
        response = documents.private(found.file.name or "", found.content_type)
        response["Content-Disposition"] = content_disposition_header(True, found.name) or ""
        return response

    @admin.display(description=gettext_lazy("administrators today"))
    def administrators(self, found: Recovery) -> str:
        rows = Membership.objects.administrators().filter(organization=found.organization_id)
        people = [
            (m.user, m.user.email, date_format(m.seen_on, "DATE_FORMAT") if m.seen_on else "–")
            for m in rows.select_related("user")
        ]
        return format_html_join(BREAK, "{} ({}), {}", people) or "–"

    @admin.display(description=gettext_lazy("papers"))
    def papers_shown(self, found: Recovery) -> str:
        rows = [
            (reverse("admin:orgs_recovery_paper", args=[paper.pk]), paper.name)
            for paper in found.papers.all()
        ]
        return format_html_join(BREAK, '<a href="{}">{}</a>', rows)

    @admin.display(description=gettext_lazy("who was told, and objections"))
    def told(self, found: Recovery) -> str:
        rows = [(notice.email, notice.words) for notice in found.notices.all()]
        return format_html_join(BREAK, "{} {}", rows) or "–"
