"""Alerts of public registers: the queue, and a page for each to suspend or dismiss."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from audit.models import Entry
from orgs import evidence, watch
from orgs.admin.kept import KeptAdmin
from orgs.models import RegisterAlert

CONFLICT = 409
DEEDS = {
    "registeralert.open": gettext_lazy("Noticed; members and staff told"),
    "registeralert.suspended": gettext_lazy("Organization suspended"),
    "registeralert.dismissed": gettext_lazy("Dismissed"),
    "registeralert.cleared": gettext_lazy("Listed again; members told"),
}


class ActForm(forms.Form):
    """What staff do about it, and why."""

    act = forms.ChoiceField(choices=[("suspend", "suspend"), ("dismiss", "dismiss")])
    reason = forms.CharField(required=False, max_length=2000)


@admin.register(RegisterAlert)
class RegisterAlertAdmin(KeptAdmin):
    """Without a filter, what is still to look at; the oldest first."""

    list_display = ("link", "register", "said_now", "on", "status", "closed_by")
    list_display_links = None
    list_filter = ("status", "register")
    list_select_related = ("organization", "closed_by")
    search_fields = ("organization__legal_name", "organization__number", "entry")
    ordering = ("opened_at", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegisterAlert]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.filter(status="open") if is_list and not request.GET else rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/act/", view(act), name="orgs_registeralert_act"),
            *super().get_urls(),
        ]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        if not object_id.isdecimal():
            raise Http404
        return page(request, int(object_id))

    @admin.display(description=_("organization"), ordering="organization__legal_name")
    def link(self, alert: RegisterAlert) -> str:
        url = reverse("admin:orgs_registeralert_change", args=[alert.pk])
        return format_html('<a href="{}">{}</a>', url, alert.organization)

    @admin.display(description=_("the register says"), ordering="said")
    def said_now(self, alert: RegisterAlert) -> Any:
        return alert.words


def alert_of(request: HttpRequest, pk: int) -> RegisterAlert:
    """The alert, for those whom the admin lets work on alerts."""
    if not request.user.has_perm("orgs.change_registeralert"):
        raise PermissionDenied
    return get_object_or_404(
        RegisterAlert.objects.select_related("organization", "closed_by"), pk=pk
    )


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, alert_of(request, pk))


def show(
    request: HttpRequest, alert: RegisterAlert, *, typed: str = "", status: int = 200
) -> HttpResponse:
    """What the register says beside what is on file, and the two acts."""
    context = admin.site.each_context(request) | {
        "title": gettext("Register alert"),
        "alert": alert,
        "org": alert.organization,
        "evidence": evidence.of(alert.organization),
        "history": [(DEEDS[e.action], e) for e in Entry.objects.about(alert).select_related("by")],
        "typed": typed,
    }
    template = "admin/orgs/registeralert/page.html"
    return render(request, template, context, status=status)


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend the organization, or dismiss the alert."""
    alert = alert_of(request, pk)
    form = ActForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("This form is incomplete. Nothing was changed."))
        return show(request, alert, typed=request.POST.get("reason", ""), status=422)
    reason = form.cleaned_data["reason"]
    deed = watch.suspend if form.cleaned_data["act"] == "suspend" else watch.dismiss
    try:
        deed(pk, by=request.user, reason=reason)  # type: ignore[arg-type]  # staff are signed in
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return show(request, alert_of(request, pk), typed=reason, status=CONFLICT)
    messages.success(request, SAID[form.cleaned_data["act"]] % {"org": alert.organization})
    return redirect("admin:orgs_registeralert_changelist")


SAID = {
    "suspend": gettext_lazy("%(org)s is suspended, and its members were told why."),
    "dismiss": gettext_lazy("%(org)s stays qualified."),
}
