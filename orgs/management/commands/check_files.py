"""manage.py check_files: every row has its file, every file its row, and no file changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orgs import stray_files


class Command(BaseCommand):
    help = "Prints a line for each file or row that is amiss; exit status 1 when there is one."

    def handle(self, **options: Any) -> None:
        count = 0
        for line in stray_files.amiss():
            self.stdout.write(line)
            count += 1
        if count:
            raise CommandError(f"{count} files or rows are amiss.")
        self.stdout.write("Every row has its file, and every file its row.")
