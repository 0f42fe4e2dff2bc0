"""The list's own parts: its views, who reviews what, claiming from a row, keeping a view."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from orgs import qualification, queue, staff
from orgs.days import today
from orgs.models import Organization, SavedView
from orgs.vocabulary import PROVINCES

LIST = "admin:orgs_application_changelist"
OF_A_PAGE = ("p", "e")  # what an address says that is no part of a view


class StaffRequest(HttpRequest):
    """A request that the admin's door let through: somebody is signed in."""

    user: User


class PageByKeys(Paginator):
    """Finds a page's keys first, so that rows which are only skipped are not joined."""

    def page(self, number: int | str) -> Page:
        at = self.validate_number(number)
        first = (at - 1) * self.per_page
        rows: Any = self.object_list
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
        return Page([found[key] for key in keys if key in found], at, self)


class ViewFilter(admin.SimpleListFilter):
    """The views, shown as links over the list and not in the margin."""

    title = gettext_lazy("view")
    parameter_name = "view"
    template = "admin/orgs/application/_no_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return queue.View.choices

    def queryset(self, request: Any, queryset: Any) -> Any:
        view = self.value() or default_view(request)
        if view is None or view not in queue.View.values:
            return queryset
        return queryset.filter(queue.conditions(by=request.user, on=today())[view])


def default_view(request: HttpRequest) -> str | None:
    """Without any filter, what waits for us; a search looks at everything."""
    asked = set(request.GET) - {"o", *OF_A_PAGE}
    return None if asked else queue.View.WAITING


def view_of(request: HttpRequest) -> str | None:
    """The view that a list's address names."""
    view = request.GET.get("view") or default_view(request)
    return view if view in queue.View.values else None


class ReviewerFilter(admin.SimpleListFilter):
    title = gettext_lazy("reviewer")
    parameter_name = "reviewer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        people = [(str(person.pk), str(person)) for person in staff.reviewers()]
        return [("nobody", _("Nobody")), *people]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == "nobody":
            return queryset.filter(claimed_by=None)
        return queryset.filter(claimed_by=value) if value and value.isdecimal() else queryset


class KindFilter(admin.SimpleListFilter):
    """Of the organization; `kind` is that of the application."""

    title = gettext_lazy("kind of organization")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return Organization.Kind.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(organization__kind=self.value()) if self.value() else queryset


class ProvinceFilter(admin.SimpleListFilter):
    title = gettext_lazy("province or territory")
    parameter_name = "province"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        return list(PROVINCES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(organization__province=self.value()) if self.value() else queryset


FILTERS = (ViewFilter, "kind", ReviewerFilter, KindFilter, ProvinceFilter, "status")


def is_filtered(request: HttpRequest) -> bool:
    """Whether more is asked for than a view, a search and an order."""
    return bool(set(request.GET) - {"view", "q", "o", *OF_A_PAGE})


def tabs(request: StaffRequest) -> list[dict[str, Any]]:
    """The views as links, with how many each has."""
    here, base = view_of(request), reverse(LIST)
    counts = queue.counts(by=request.user, on=today())
    return [
        {
            "label": label,
            "url": f"{base}?view={view}",
            "count": counts[view],
            "is_here": view == here,
        }
        for view, label in queue.View.choices
    ]


def query_of(params: QueryDict) -> str:
    """What an address says of a view, without the page one is on."""
    kept = params.copy()
    for name in OF_A_PAGE:
        kept.pop(name, None)
    return kept.urlencode()


class KeepForm(forms.ModelForm):
    """A name for the list as it is filtered, searched and sorted now."""

    class Meta:
        model = SavedView
        fields = ["name", "query"]


def guard(request: HttpRequest) -> None:
    if not request.user.has_perm("orgs.change_application"):
        raise PermissionDenied


def back(request: HttpRequest) -> HttpResponse:
    """To the list as it was: only ever an address of ours."""
    url = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/admin/"):
        return redirect(url)
    return redirect(LIST)


@require_POST
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    """Take an application from the list."""
    guard(request)
    try:
        application = qualification.claim(pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("You review %(organization)s now.")
        messages.success(request, text % {"organization": application.organization})
    return back(request)


@require_POST
def release(request: StaffRequest, pk: int) -> HttpResponse:
    """Give one's own application back to all."""
    guard(request)
    try:
        application = qualification.release(pk, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("%(organization)s waits for whoever comes first.")
        messages.success(request, text % {"organization": application.organization})
    return back(request)


@require_POST
def keep(request: StaffRequest) -> HttpResponse:
    """Keep the list as it is under a name; the same name again is the new view."""
    guard(request)
    name = request.POST.get("name", "").strip()
    known = SavedView.objects.filter(owner=request.user, name=name).first()
    form = KeepForm(request.POST, instance=known or SavedView(owner=request.user))
    if not form.is_valid():
        messages.error(request, _("Give the view a name of at most 60 letters."))
        return back(request)
    form.save()
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
    return back(request)


@require_POST
def forget(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop keeping one's own view."""
    guard(request)
    view = get_object_or_404(SavedView, pk=pk, owner=request.user)
    view.delete()
    messages.success(request, _("The view “%(name)s” is no longer kept.") % {"name": view.name})
    return redirect(LIST)
