"""Possible duplicates: two organizations side by side, and what staff decide."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orgs import matches, merging
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.models import Match, Merge, Organization

CONFLICT = 409


class MatchForm(forms.Form):
    """Two organizations or one, why, and if one, which of them stays."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("different", "same", "ask_again")])
    stays = forms.IntegerField(required=False)
    reason = forms.CharField(max_length=2000)


@admin.register(Match)
class MatchAdmin(KeptAdmin):
    """What may be registered twice, most alike first; each row leads to both, side by side."""

    list_display = ("pair", "one", "another", "in_common", "status", "said", "found_at")
    list_display_links = None
    list_filter = ("status",)
    list_select_related = ("first", "second")
    search_fields = (
        "first__legal_name",
        "second__legal_name",
        "=first__number",
        "=second__number",
    )
    ordering = ("-points", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Match]:
        """Without a filter, only what is not decided."""
        rows: QuerySet[Match] = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.filter(status=Match.Status.FOUND) if is_list and not request.GET else rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [path("<int:pk>/sides/", view(page), name="orgs_match_sides"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """Both sides are the only place where a match is worked on."""
        if not object_id.isdecimal():
            raise Http404
        return redirect("admin:orgs_match_sides", int(object_id))

    @admin.display(description=_("numbers"), ordering="pk")
    def pair(self, match: Match) -> str:
        url = reverse("admin:orgs_match_sides", args=[match.pk])
        return format_html('<a href="{}">{}</a>', url, match)

    @admin.display(description=_("registered first"), ordering="first__legal_name")
    def one(self, match: Match) -> str:
        return match.first.with_city

    @admin.display(description=_("registered later"), ordering="second__legal_name")
    def another(self, match: Match) -> str:
        return match.second.with_city

    @admin.display(description=_("in common"))
    def in_common(self, match: Match) -> str:
        return "; ".join(str(text) for text in matches.Seen(match, match.first).in_common)

    @admin.display(description=_("says it is another"), boolean=True)
    def said(self, match: Match) -> bool:
        return bool(match.words)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The facts of both beside each other, what they have in common, and the decision."""
    if not request.user.has_perm("orgs.change_match"):
        raise PermissionDenied
    rows = Match.objects.select_related("first", "second", "said_by", "decided_by")
    match = get_object_or_404(rows, pk=pk)
    form = MatchForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = CONFLICT
        if not form.is_valid():
            messages.error(request, gettext("Write the reason: colleagues read it later."))
        else:
            try:
                return perform(form, match, request)
            except ValidationError as refusal:
                messages.error(request, " ".join(refusal.messages))
                match.refresh_from_db()
    context = context_of(match, request, form)
    return render(request, "admin/orgs/match/sides.html", context, status=status)


def context_of(match: Match, request: HttpRequest, form: MatchForm) -> dict[str, Any]:
    merges = Merge.objects.filter(gone__in=[match.first, match.second]).select_related(
        "gone", "kept"
    )
    return admin.site.each_context(request) | {
        "title": gettext("One organization, or two?"),
        "match": match,
        "in_common": matches.Seen(match, match.first).in_common,
        "sides": [(side, side.standing(today())) for side in (match.first, match.second)],
        "typed": form.data.get("reason", "") if form.is_bound else "",
        "merges": merges,
    }


@transaction.atomic
def perform(form: MatchForm, match: Match, request: HttpRequest) -> HttpResponse:
    """The decision; if they are one, a merge is proposed, which a colleague carries out."""
    reason, by = form.cleaned_data["reason"], request.user
    match form.cleaned_data["act"]:
        case "different":
            matches.decide(match.pk, Match.Status.DIFFERENT, by=by, reason=reason)  # type: ignore[arg-type]  # signed in
            messages.success(request, gettext("They are two organizations."))
        case "same":
            kept, gone = sides_of(match, form.cleaned_data["stays"])
            matches.decide(match.pk, Match.Status.SAME, by=by, reason=reason)  # type: ignore[arg-type]  # signed in
            merge = merging.propose(gone, kept, by=by, reason=reason)  # type: ignore[arg-type]  # signed in
            messages.success(request, gettext("The merge is proposed: a colleague carries it out."))
            return redirect("admin:orgs_merge_page", merge.pk)
        case _:
            matches.ask_again(match.pk, by=by, reason=reason)  # type: ignore[arg-type]  # signed in
            messages.success(request, gettext("It is to be decided again."))
    return redirect("admin:orgs_match_changelist")


def sides_of(match: Match, stays: int | None) -> tuple[Organization, Organization]:
    """The one that stays, and the other; raises ValidationError when none was chosen."""
    if stays == match.first.number:
        return match.first, match.second
    if stays == match.second.number:
        return match.second, match.first
    raise ValidationError(_("Choose which of the two stays."), "stays")
