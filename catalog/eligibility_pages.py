"""Pages about eligibility: every program with every reason, what one would need, and a check."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import editions, explained, likely, needs, suggestions
from catalog.eligibility import Verdict
from catalog.explained import Judged
from catalog.explaining import explain
from catalog.forms import CheckForm, NeedForm
from catalog.likely import Answer
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


@dataclass(frozen=True)
class Guess:
    """A program, what is likely of it, and the rules that this turns on, in words."""

    program: Program
    answer: Answer
    rules: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Five questions without an account, and by partner what is likely open; nothing is kept.

    By POST, so that the answers stand in no address, no log and no history.
    """
    form = CheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= _likely(form)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/check.html", context, status=status)


def _likely(form: CheckForm) -> dict[str, Any]:
    names, order = explained.activity_names(), list(Answer)
    found = judged(editions.current()[0], form.facts(on=today()), on=today())
    rows = [Guess(program, likely.answer(one), _words(one, names)) for program, one in found]
    by_partner = [(it, list(some)) for it, some in groupby(rows, lambda row: row.program.partner)]
    by_partner.sort(key=lambda group: min(order.index(row.answer) for row in group[1]))
    keys: dict[Answer, list[int]] = {
        each: [row.program.pk for row in rows if row.answer == each] for each in Answer
    }
    return {
        "groups": by_partner,
        "program_count": len(rows),
        "open_count": len(keys[Answer.YES]),
        "depends_count": len(keys[Answer.DEPENDS]),
        "instead": suggestions.instead(
            of=keys[Answer.NO], among=keys[Answer.YES] or keys[Answer.DEPENDS]
        ),
    }


def _words(verdict: Verdict, names: dict[str, str]) -> list[str]:
    """The rules that decide, and of a program without any that it has none."""
    if verdict.version is None:
        return [_("This program is not open yet.")]
    return [explain(result, names).rule for result in likely.deciding(verdict)]
