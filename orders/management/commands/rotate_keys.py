"""manage.py rotate_keys: seal licence keys with the ring's first key, so that others can go."""

from typing import Any

from django.core.management.base import BaseCommand

from orders import keys


class Command(BaseCommand):
    help = "Seal every licence key with the first key of FIELD_KEYS. Can be stopped and repeated."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{keys.rotate()} licence keys were sealed again.")
