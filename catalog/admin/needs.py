"""What organizations would need, counted for those who negotiate with partners."""

import csv
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from accounts.languages import reader_language
from catalog import needs
from catalog.admin.lines import Line, harmless
from catalog.admin.stock import ReadAdmin
from catalog.models import Need
from catalog.models.need import SIZES
from orgs.vocabulary import PROVINCES


@admin.register(Need)
class NeedAdmin(ReadAdmin):
    """Each need with its words; the counts are a page of their own."""

    list_display = ("program", "organization", "quantity", "use", "said_at")
    list_filter = ("program__partner", "organization__province")
    list_select_related = ("program", "organization")
    search_fields = ("program__slug", "organization__legal_name", "use")
    change_list_template = "admin/catalog/need/list.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("counts/", view(self.counts), name="catalog_need_counts"),
            path("counts.csv", view(self.export), name="catalog_need_export"),
            *super().get_urls(),
        ]

    def counts(self, request: HttpRequest) -> HttpResponse:
        """How many organizations and units, by program, province and size."""
        self._may_look(request)
        sizes = {size: label for size, (_low, _high, label) in SIZES.items()}
        name = f"program__name_{reader_language()}"
        rows = [
            {
                "program": row[name],
                "province": PROVINCES.get(str(row["organization__province"]), "–"),
                "size": sizes.get(str(row["size"]), _("unknown")),
                "organizations": row["organizations"],
                "units": row["units"],
            }
            for row in Need.objects.counted()
        ]
        context = self.admin_site.each_context(request) | {
            "title": _("What organizations would need"),
            "opts": self.opts,
            "rows": rows,
        }
        return render(request, "admin/catalog/need/counts.html", context)

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The same as CSV."""
        self._may_look(request)
        writer = csv.writer(Line())
        response = StreamingHttpResponse(
            (writer.writerow(harmless(row)) for row in needs.table()), content_type="text/csv"
        )
        response["Content-Disposition"] = 'attachment; filename="needs.csv"'
        return response

    def _may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
