"""The queue of applications: soonest due first; each row leads to its review page."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from orgs.admin import review
from orgs.admin.kept import KeptAdmin
from orgs.days import day_of, today
from orgs.models import Application
from orgs.models.application import ApplicationQuerySet


@admin.register(Application)
class ApplicationAdmin(KeptAdmin):
    """The queue: soonest due first; each row leads to the review page."""

    list_display = ("review_link", "of", "status", "age", "due", "claimed_by")
    list_display_links = None
    list_filter = (
        "status",
        ("claimed_by", admin.RelatedOnlyFieldListFilter),
        "organization__kind",
    )
    list_select_related = ("organization", "claimed_by")
    search_fields = ("organization__legal_name", "organization__number", "organization__bn")
    ordering = ("due_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """What was sent; without a filter, only what is not decided."""
        every = cast(ApplicationQuerySet, super().get_queryset(request))
        rows = every.sent()
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        if is_list and not request.GET:
            rows = rows.exclude(decided_at__isnull=False)
        return rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/review/", view(review.page), name="orgs_application_review"),
            path("<int:pk>/act/", view(review.act), name="orgs_application_act"),
            path(
                "<int:pk>/documents/<int:document_pk>/",
                view(review.document),
                name="orgs_application_document",
            ),
            *super().get_urls(),
        ]

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
        return str(application.organization)

    @admin.display(description=_("age"), ordering="submitted_at")
    def age(self, application: Application) -> str:
        """In words, since it was sent."""
        if application.submitted_at is None:
            return ""
        days = (today() - day_of(application.submitted_at)).days
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, application: Application) -> str:
        """The day, and in words how far away it is; while the applicant is awaited it moves."""
        if application.due_on is None or application.is_decided:
            return ""
        day = date_format(application.due_on, "DATE_FORMAT")
        if application.status == Application.Status.INFO_NEEDED:
            return gettext("waits for the applicant")
        left = (application.due_on - today()).days
        if left == 0:
            return gettext("%(day)s (today)") % {"day": day}
        if left > 0:
            text = ngettext("%(day)s (in %(n)s day)", "%(day)s (in %(n)s days)", left)
        else:
            text = ngettext("%(day)s (%(n)s day late)", "%(day)s (%(n)s days late)", -left)
        return text % {"day": day, "n": abs(left)}
