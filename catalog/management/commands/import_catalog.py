"""manage.py import_catalog FILE.yaml: bring the catalogue up to date, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog import importing, loading


class Command(BaseCommand):
    help = "Every fault is named with its place, and then nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            done = loading.load(importing.read(file.read_bytes()))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except importing.Refused as refusal:
            for fault in refusal.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{file}: nothing was imported.") from refusal
        counts = done.created.total(), done.changed.total(), done.unchanged.total()
        self.stdout.write("{} created, {} changed, {} unchanged.".format(*counts))
