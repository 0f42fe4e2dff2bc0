"""manage.py quota ORG_NUMBER: what the quota page says, for other programs to read."""

import json
from argparse import ArgumentTypeError
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.models import Program
from orders.quota import standings
from orgs.days import TORONTO
from orgs.models import Organization


def moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text}: write it as 2026-11-16T12:00:00-05:00") from error
    return found if found.tzinfo else found.replace(tzinfo=TORONTO)


class Command(BaseCommand):
    help = "What an organization has used, holds and has left of each limit, at a moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", type=int)
        parser.add_argument("--program")
        parser.add_argument("--as-of", type=moment, help="ISO; Toronto's time without an offset")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, organization: int, json: bool, **options: Any) -> None:
        as_of = options["as_of"] or timezone.now()
        answers = answer(organization, options["program"], as_of)
        self.stdout.write(as_json(answers) if json else as_text(answers))


def answer(number: int, program: str | None, as_of: datetime) -> list[dict[str, Any]]:
    """Rows as in the plan of this command. Raises CommandError for what is unknown."""
    try:
        organization = Organization.objects.get(number=number)
    except Organization.DoesNotExist as missing:
        raise CommandError(f"There is no organization {number}.") from missing
    if program and not Program.objects.filter(slug=program).exists():
        raise CommandError(f"There is no program {program}.")
    return [
        {
            "program": row.slug,
            "limit": index,
            "subject": standing.subject,
            "used": plain(standing.used),
            "held": plain(standing.held),
            "left": plain(standing.left),
            "next_reset": standing.next_reset.isoformat() if standing.next_reset else None,
        }
        for row, index, standing in standings(organization, as_of=as_of, program=program)
    ]


def plain(number: int | Decimal | None) -> int | str | None:
    """A whole number as one; dollars as a text with two decimals."""
    return f"{number:.2f}" if isinstance(number, Decimal) else number


def as_json(answers: list[dict[str, Any]]) -> str:
    return json.dumps(answers, ensure_ascii=False, indent=2)


def as_text(answers: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{row['program']} {row['limit']} {row['subject'] or '-'}: used {row['used']}, "
        f"held {row['held']}, left {row['left']}, starts over {row['next_reset'] or 'never'}"
        for row in answers
    )
