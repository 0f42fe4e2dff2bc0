"""manage.py eligibility ORG_NUMBER: what the eligibility page says, for other programs to read."""

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.models import Program
from catalog.verdicts import verdicts
from orgs.days import today
from orgs.models import Organization


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text}: write the day as 2026-11-16") from error


class Command(BaseCommand):
    help = "Verdict of every program, or one, with the places of the criteria that fail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", type=int)
        parser.add_argument("--program")
        parser.add_argument("--as-of", type=day, help="a day of Toronto; today if left out")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, organization: int, json: bool, **options: Any) -> None:
        answers = answer(organization, options["program"], options["as_of"] or today())
        self.stdout.write(as_json(answers) if json else as_text(answers))


def answer(number: int, program: str | None, on: date) -> list[dict[str, Any]]:
    """Rows of program, version, eligible and failing. Raises CommandError for what is unknown."""
    try:
        organization = Organization.objects.get(number=number)
    except Organization.DoesNotExist as missing:
        raise CommandError(f"There is no organization {number}.") from missing
    if program and not Program.objects.filter(slug=program).exists():
        raise CommandError(f"There is no program {program}.")
    return [
        {
            "program": row.slug,
            "version": verdict.version.isoformat() if verdict.version else None,
            "eligible": verdict.is_eligible,
            "failing": verdict.failing,
        }
        for row, verdict in verdicts(organization, on=on)
        if program in {None, row.slug}
    ]


def as_json(answers: list[dict[str, Any]]) -> str:
    return json.dumps(answers, ensure_ascii=False, indent=2)


def as_text(answers: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{row['program']}: {'eligible' if row['eligible'] else 'not eligible'}"
        f"{' ' + ' '.join(map(str, row['failing'])) if row['failing'] else ''}"
        for row in answers
    )
