"""The statistics page: how many came and were decided, and in how many business days."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from orgs import statistics
from orgs.days import today
from orgs.models import Application
from orgs.plots import Plot, plot
from orgs.qualification import REVIEW_DAYS
from orgs.statistics import AGES, Report, Row

WEEKS = (13, 26, 52)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """By week as plots with their table, by kind, open by age; `?format=csv` is the same rows."""
    if not request.user.has_perm("orgs.view_application"):
        raise PermissionDenied
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked.isdecimal() and int(asked) in WEEKS else WEEKS[1]
    found = statistics.report(weeks=weeks, on=today())
    if request.GET.get("format") == "csv":
        return as_csv(found)
    context = admin.site.each_context(request) | {
        "title": _("Statistics of the qualification"),
        "report": found,
        "weeks": weeks,
        "choices": WEEKS,
        "kinds": by_kind(found),
        "ages": list(zip(ages(), found.ages, strict=True)),
        "numbers": numbers(found),
        "days": days(found),
    }
    return render(request, "admin/orgs/application/statistics.html", context)


def labels(found: Report) -> list[str]:
    return [date_format(week, "MONTH_DAY_FORMAT") for week in found.weeks]


def numbers(found: Report) -> Plot:
    rows = found.weeks.values()
    received, decided = [r.received for r in rows], [r.decided for r in rows]
    return plot(labels(found), [(_("Came in"), received), (_("Decided"), decided)])


def days(found: Report) -> Plot:
    rows = found.weeks.values()
    series = [
        (_("Half are decided within"), [r.median for r in rows]),
        (_("Nine in ten are decided within"), [r.ninth for r in rows]),
    ]
    promise = _("What we promise: %(days)s") % {"days": REVIEW_DAYS}
    return plot(labels(found), series, rule=REVIEW_DAYS, rule_label=promise)


def by_kind(found: Report) -> list[tuple[Any, Row]]:
    kinds = [(Application.Kind(kind).label, row) for kind, row in found.kinds.items()]
    return [*kinds, (_("All kinds"), found.total)]


def ages() -> Iterator[str]:
    """The ages that open applications are put together by, in words."""
    first = 0
    for last in AGES:
        yield _("%(first)s to %(last)s business days") % {"first": first, "last": last}
        first = last + 1
    text = ngettext("More than %(n)s business day", "More than %(n)s business days", AGES[-1])
    yield text % {"n": AGES[-1]}


def as_csv(found: Report) -> HttpResponse:
    """A row a week, a kind and an age; with the mark by which spreadsheets know UTF-8."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="qualification-{today()}.csv"'
    write = csv.writer(answer).writerow
    write([_("Part"), _("Of"), _("Came in"), _("Decided"), _("Median"), _("90th percentile")])
    rows: list[tuple[str, date | str, Row]] = [
        *((_("Week"), week, row) for week, row in found.weeks.items()),
        *((_("Kind"), str(kind), row) for kind, row in by_kind(found)),
    ]
    for part, of, row in rows:
        write([part, of, row.received, row.decided, row.median, row.ninth])
    for age, count in zip(ages(), found.ages, strict=True):
        write([_("Open"), age, count, "", "", ""])
    return answer
