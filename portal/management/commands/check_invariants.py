"""manage.py check_invariants: what must always be true of the data, and is it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import invariants


class Command(BaseCommand):
    help = "Prints a line for each row that breaks an invariant; exit status 1 when there is one."

    def handle(self, **options: Any) -> None:
        broken = [str(breach) for breach in invariants.breaches()]
        for line in broken:
            self.stdout.write(line)
        if broken:
            raise CommandError(f"{len(broken)} rows break an invariant.")
        self.stdout.write(f"{len(invariants.INVARIANTS)} invariants hold.")
