"""manage.py messages: bring the French catalogues up to date and compile them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogues


class Command(BaseCommand):
    help = "Find the texts, update the French catalogues, compile them. --check changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("areas", nargs="*", help="apps, or 'site' for the rest; all if none")
        parser.add_argument("--check", action="store_true", help="fail if French is missing")

    def handle(self, *, areas: list[str], check: bool, **options: Any) -> None:
        chosen = [a for a in catalogues.areas() if not areas or a.name in areas]
        faults = self.faults(chosen) if check else self.update(chosen)
        if not check:
            catalogues.compiled()
        for fault in faults:
            self.stderr.write(fault)
        if faults and check:
            raise CommandError(f"{len(faults)} texts are not ready in French.")

    def update(self, areas: list[catalogues.Area]) -> list[str]:
        return [
            f"{area.path}: no French for {message.id!r}"
            for area in areas
            for message in catalogues.update(area)
        ]

    def faults(self, areas: list[catalogues.Area]) -> list[str]:
        faults = []
        seen: dict[tuple[object, object], object] = {}
        for area in areas:
            known = area.read()
            ready = {(m.id, m.context) for m in known} - {
                (m.id, m.context) for m in catalogues.lacking(known)
            }
            faults += [
                f"{area.name}: no French for {message.id!r} {message.locations}"
                for message in area.find()
                if message.id and (message.id, message.context) not in ready
            ]
            faults += [
                f"{area.name}: spaces of {message.string!r}"
                for message in known
                if message.id and catalogues.misset(message)
            ]
            for message in known:
                key = (message.id, message.context)
                if message.id and seen.setdefault(key, message.string) != message.string:
                    faults.append(f"{area.name}: {message.id!r} has other French elsewhere")
        return faults
