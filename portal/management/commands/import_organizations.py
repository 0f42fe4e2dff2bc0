"""manage.py import_organizations FILE.yaml: organizations, people and their orders, for a demo."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from catalog.models import Product
from orders import loading as orders_loading
from orgs import importing
from orgs import loading as orgs_loading
from orgs.models import Activity


class Command(BaseCommand):
    help = "All or nothing; every fault is named with its place. Refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo organizations are not for production.")
        try:
            data = importing.read(
                file.read_bytes(),
                activities=set(Activity.objects.values_list("code", flat=True)),
                skus=set(Product.objects.values_list("sku", flat=True)),
            )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except importing.Refused as refusal:
            for fault in refusal.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"{file}: nothing was imported.") from refusal
        with transaction.atomic():
            orgs_loading.load(data)
            orders_loading.load(data.orders)
        self.stdout.write(
            f"{len(data.organizations)} organizations, {len(data.people)} people, "
            f"{len(data.orders)} orders."
        )
