"""Pages about eligibility: every program with every reason, what one would need, and a check."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import editions, explained, needs, suggestions
from catalog.explained import Judged
from catalog.forms import CheckForm, NeedForm
from catalog.models import Need, Partner, Program
from catalog.verdicts import judged
from orgs.access import OrgRequest, member
from orgs.days import today

REFUSED = 409


@require_safe
@member()
def eligibility(request: OrgRequest) -> HttpResponse:
    """Every program, and where it is not open every reason, with what can be done."""
    return _page(request)


def _page(request: OrgRequest, typed: dict[int, NeedForm] | None = None) -> HttpResponse:
    """With what was typed about a program, when it has faults."""
    groups = explained.by_partner(request.org, on=today())
    entries = [entry for _partner, rows in groups for entry in rows]
    is_open = {entry.program.pk: entry.verdict.is_eligible for entry in entries}
    said = {need.program_id: need for need in Need.objects.filter(organization=request.org)}
    context = {
        "groups": _with_needs(groups, said, typed or {}),
        "program_count": len(entries),
        "open_count": sum(is_open.values()),
        "instead": suggestions.instead(
            of=[pk for pk, yes in is_open.items() if not yes],
            among=[pk for pk, yes in is_open.items() if yes],
        ),
        "on": today(),
    }
    status = REFUSED if typed else 200
    return render(request, "catalog/eligibility.html", context, status=status)


def _with_needs(
    groups: list[tuple[Partner, list[Judged]]], said: dict[int, Need], typed: dict[int, NeedForm]
) -> list[tuple[Partner, list[tuple[Judged, Need | None, NeedForm]]]]:
    def form(entry: Judged) -> NeedForm:
        program = entry.program
        fresh = NeedForm(instance=said.get(program.pk), auto_id=f"id_{program.slug}_%s")
        return typed.get(program.pk, fresh)

    return [
        (partner, [(entry, said.get(entry.program.pk), form(entry)) for entry in rows])
        for partner, rows in groups
    ]


@require_POST
@member()
def need(request: OrgRequest, slug: str) -> HttpResponse:
    """Say that the organization would need a program, or take it back."""
    program = get_object_or_404(Program, slug=slug)
    by: Any = request.user
    back = f"{reverse('catalog:eligibility', args=[request.org.number])}#{program.slug}"
    if "take_back" in request.POST:
        needs.take_back(request.org, program, by=by)
        messages.success(request, _("Taken back: it is not counted any more."))
        return redirect(back)
    form = NeedForm(request.POST, auto_id=f"id_{program.slug}_%s")
    if not form.is_valid():
        return _page(request, {program.pk: form})
    try:
        needs.say(request.org, program, by=by, **form.cleaned_data)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _(
            "Thank you: it counts when we speak with %(partner)s, and we tell you of new rules."
        )
        messages.success(request, text % {"partner": program.partner})
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Five questions, and the programs that are likely open; nothing is kept.

    By POST, so that the answers stand in no address, no log and no history.
    """
    form = CheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        names = explained.activity_names()
        found = judged(editions.current()[0], form.facts(on=today()), on=today())
        rows = [
            Judged(program, verdict, explained.reasons(verdict, names))
            for program, verdict in found
        ]
        context |= {
            "is_answered": True,
            "open": [row for row in rows if row.verdict.is_eligible],
            "later": [row for row in rows if not row.verdict.is_eligible and _only_waits(row)],
            "closed": [row for row in rows if not row.verdict.is_eligible and not _only_waits(row)],
        }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/check.html", context, status=status)


def _only_waits(row: Judged) -> bool:
    """Everything that fails holds by itself after some months of qualification."""
    failing = [found for found in row.verdict.results if not found.passed]
    return bool(failing) and all(found.holds_on for found in failing)
