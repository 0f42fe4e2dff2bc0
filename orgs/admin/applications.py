"""The queue of applications: soonest due first; each row leads to its review page."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from orgs import lookup
from orgs import queue as views
from orgs.admin import queue, review, statistics
from orgs.admin.kept import KeptAdmin
from orgs.days import day_of, today
from orgs.models import Application, SavedView
from orgs.models.application import ApplicationQuerySet

CHIP = '<span class="pair">{}</span><span class="chip {}">{}</span>'


@admin.register(Application)
class ApplicationAdmin(KeptAdmin):
    """The queue: soonest due first; each row leads to the review page."""

    list_display = ("review_link", "of", "kind_of", "state", "age", "due", "claimed_by")
    list_display_links = None
    list_filter = queue.FILTERS
    list_select_related = ("organization", "claimed_by")
    list_per_page = 50
    empty_value_display = ""
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = queue.PageByKeys
    search_fields = ("organization__legal_name",)
    search_help_text = _("A name, a number (D-12, 100001, a business number, an NEQ) or an e-mail")
    ordering = ("due_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """What was sent."""
        return cast(ApplicationQuerySet, super().get_queryset(request)).sent()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return views.order(queue.view_of(request) or "")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return lookup.applications(queryset, search_term), False

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @admin.display(description=_("act"))
        def act(application: Application) -> str:
            return button(request, application)

        return [*self.list_display, act]

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        mine = SavedView.objects.filter(owner=request.user)
        context = {
            "title": _("Applications"),
            "is_filtered": queue.is_filtered(request),
            "tabs": queue.tabs(request),
            "kept_views": mine,
            "kept_query": queue.query_of(request.GET),
            "here": request.get_full_path(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        ours: dict[str, tuple[Any, str]] = {
            "statistics/": (statistics.page, "statistics"),
            "views/": (queue.keep, "keep_view"),
            "views/<int:pk>/forget/": (queue.forget, "forget_view"),
            "<int:pk>/review/": (review.page, "review"),
            "<int:pk>/act/": (review.act, "act"),
            "<int:pk>/claim/": (queue.claim, "claim"),
            "<int:pk>/release/": (queue.release, "release"),
            "<int:pk>/alike/": (review.alike, "alike"),
            "<int:pk>/history/": (review.past, "past"),
        }
        made = [
            path(address, view(page), name=f"orgs_application_{name}")
            for address, (page, name) in ours.items()
        ]
        return [*made, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """The review page is the only place where an application is worked on."""
        if not object_id.isdecimal():
            raise Http404
        return review.page(request, int(object_id))

    @admin.display(description=_("application"), ordering="pk")
    def review_link(self, application: Application) -> str:
        url = reverse("admin:orgs_application_review", args=[application.pk])
        return format_html('<a href="{}">{}</a>', url, application)

    @admin.display(description=_("organization"), ordering="organization__legal_name")
    def of(self, application: Application) -> str:
        """Its name, and where it is: namesakes live in other cities."""
        organization = application.organization
        place = ", ".join(filter(None, (organization.city, organization.province)))
        return format_html('{}<br><span class="small muted">{}</span>', organization, place)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_of(self, application: Application) -> str:
        kinds = application.get_kind_display(), application.organization.get_kind_display()
        return format_html('{}<br><span class="small muted">{}</span>', *kinds)

    @admin.display(description=_("status"), ordering="status")
    def state(self, application: Application) -> str:
        return format_html(CHIP, "", views.shade(application), application.get_status_display())

    @admin.display(description=_("age"), ordering="submitted_at")
    def age(self, application: Application) -> str:
        """In words, since it was sent."""
        if application.submitted_at is None:
            return ""
        days = (today() - day_of(application.submitted_at)).days
        text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return format_html('<span class="pair">{}</span>{}', _("Age"), text)

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, application: Application) -> str:
        """The day, and in words how far away it is; while the applicant is awaited it moves."""
        if application.due_on is None or application.is_decided:
            return ""
        kind, text = views.due_words(application)
        if kind:
            return format_html(CHIP, _("Due on"), kind, text)
        return format_html('<span class="pair">{}</span>{}', _("Due on"), text)


def button(request: HttpRequest, application: Application) -> str:
    """Claim what nobody has, release what is one's own."""
    if application.is_decided:
        return ""
    if application.claimed_by_id is None:
        deed, words = "claim", gettext("I review it")
    elif application.claimed_by_id == request.user.pk:
        deed, words = "release", gettext("Release")
    else:
        return ""
    url = reverse(f"admin:orgs_application_{deed}", args=[application.pk])
    url = f"{url}?{urlencode({'next': request.get_full_path()})}"
    return format_html(
        '<button class="button small secondary" formaction="{}">{}'
        '<span class="visually-hidden"> – {}</span></button>',
        *(url, words, application),
    )
