"""manage.py import_registry cra|t3010|corporations FILE: read a public register, all or nothing."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orgs import watch
from registers import importing
from registers.models import Register


class Command(BaseCommand):
    help = (
        "Bring a register's entries up to date with its file. Every fault is named with its line, "
        "column and value, and then nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("register", choices=Register.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day of the file; today if left out"
        )
        parser.add_argument(
            "--may-vanish",
            action="store_true",
            help="accept a file in which more than a tenth of the register is missing",
        )

    def handle(self, *, register: str, file: Path, may_vanish: bool, **options: Any) -> None:
        try:
            done = importing.run(
                Register(register),
                file,
                as_of=options["as_of"],
                may_vanish=may_vanish,
                say=self.stdout.write,
            )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}. Nothing was changed.") from error
        except importing.Refused as refusal:
            for fault in refusal.faults:
                self.stderr.write(f"{file}: {fault}")
            raise CommandError(f"{file}: nothing was changed.") from refusal
        self.stdout.write(str(done))
        opened, cleared = watch.look()
        if opened or cleared:
            self.stdout.write(f"Alerts: {opened} opened, {cleared} cleared.")
