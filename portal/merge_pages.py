"""Merges, as staff see them: what would move, the deed of the second person, and undoing it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from orgs import merging as orgs_merging
from orgs.admin.kept import KeptAdmin
from orgs.models import Merge
from orgs.models.merge import REVERSIBLE
from portal import merging

CONFLICT = 409


class MergeForm(forms.Form):
    """Carry it out, drop it, or undo it; the last two say why."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("carry_out", "drop", "undo")])
    reason = forms.CharField(required=False, max_length=2000)


@admin.register(Merge)
class MergeAdmin(KeptAdmin):
    """Newest first; what is proposed waits for a second person."""

    list_display = ("numbers", "status", "of", "into", "proposed_by", "done_by", "done_at")
    list_display_links = None
    list_filter = ("status",)
    list_select_related = ("gone", "kept", "proposed_by", "done_by")
    search_fields = ("=gone__number", "=kept__number", "gone__legal_name", "kept__legal_name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [path("<int:pk>/page/", view(page), name="orgs_merge_page"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """A merge is worked on where every app shows what it has of it."""
        if not object_id.isdecimal():
            raise Http404
        return redirect("admin:orgs_merge_page", int(object_id))

    @admin.display(description=gettext_lazy("numbers"), ordering="pk")
    def numbers(self, merge: Merge) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:orgs_merge_page", args=[merge.pk]), merge
        )

    @admin.display(description=gettext_lazy("becomes part"), ordering="gone__legal_name")
    def of(self, merge: Merge) -> str:
        return merge.gone.with_city

    @admin.display(description=gettext_lazy("stays"), ordering="kept__legal_name")
    def into(self, merge: Merge) -> str:
        return merge.kept.with_city


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One merge: its preview while it is proposed, and afterwards what was done."""
    if not request.user.has_perm("orgs.change_merge"):
        raise PermissionDenied
    rows = Merge.objects.select_related("gone", "kept", "proposed_by", "done_by", "undone_by")
    merge, status = get_object_or_404(rows, pk=pk), 200
    form = MergeForm(request.POST or None)
    if request.method == "POST":
        try:
            perform(form, merge, request)
        except ValidationError as refusal:
            messages.error(request, merging.why_not(refusal))
            merge, status = get_object_or_404(rows, pk=pk), CONFLICT
        else:
            return redirect("admin:orgs_merge_page", pk)
    return render(request, "admin/merge.html", context_of(merge, request, form), status=status)


def context_of(merge: Merge, request: HttpRequest, form: MergeForm) -> dict[str, Any]:
    is_proposed = merge.status == Merge.Status.PROPOSED
    return admin.site.each_context(request) | {
        "title": _("Merge of two organizations"),
        "merge": merge,
        "preview": merging.preview(merge) if is_proposed else None,
        "is_mine": merge.proposed_by_id == request.user.pk,
        "reversible_until": merge.done_at + REVERSIBLE if merge.done_at else None,
        "moved": merging.moved(merge) if merge.done_at else [],
        "typed": form.data.get("reason", "") if form.is_bound else "",
    }


def perform(form: MergeForm, merge: Merge, request: HttpRequest) -> None:
    """The deed. Raises ValidationError, and then nothing was changed."""
    if not form.is_valid():
        raise ValidationError(_("This form is incomplete. Nothing was changed."))
    by: Any = request.user
    act, reason = form.cleaned_data["act"], form.cleaned_data["reason"].strip()
    if act == "carry_out":
        merging.carry_out(merge.pk, by=by)
        messages.success(request, _("They are one organization now, and were told."))
        return
    if not reason:
        raise ValidationError(_("Write the reason: colleagues read it later."))
    if act == "drop":
        orgs_merging.drop(merge.pk, by=by, reason=reason)
        messages.success(request, _("The merge is dropped."))
    else:
        merging.undo(merge.pk, by=by, reason=reason)
        messages.success(request, _("They are two organizations again, and were told."))
