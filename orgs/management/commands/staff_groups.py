"""manage.py staff_groups: create the staff groups, or bring their rights up to date."""

from typing import Any

from django.core.management.base import BaseCommand

from orgs import staff


class Command(BaseCommand):
    help = "Run it after each migration; docs/operations.md says so."

    def handle(self, **options: Any) -> None:
        staff.ensure_groups()
        self.stdout.write(", ".join(staff.GROUPS))
