"""The history of an organization's file: what each fact said before and after, when, by whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from audit.models import Entry
from orgs.fieldclasses import LABELS, as_data, changed
from orgs.models import Organization

COLUMNS = tuple(name for name in LABELS if name != "activities")  # those are rows of their own
TOGETHER = timedelta(minutes=1)  # the row has the start of the transaction that wrote the deed


@dataclass(frozen=True)
class Change:
    """Facts that changed together, as JSON; `entry` is the deed, when there is one."""

    at: datetime
    old: dict[str, Any]
    new: dict[str, Any]
    entry: Entry | None = None


def of(organization: Organization) -> list[Change]:
    """Every change, newest first; two queries. What was filled in for the first time is none."""
    model: Any = Organization
    events = model.pgh_event_model.objects.filter(pgh_obj_id=organization.pk).order_by("pgh_id")
    entries = list(
        Entry.objects.about(organization).filter(action="organization.changed").select_related("by")
    )
    found = [*_of_rows(events.values("pgh_created_at", *COLUMNS), entries), *_of_deeds(entries)]
    return sorted(found, key=lambda change: change.at, reverse=True)


def _of_rows(events: Iterable[Mapping[str, Any]], entries: list[Entry]) -> Iterable[Change]:
    """From the row's own history, which misses nothing, whoever wrote."""
    before: dict[str, Any] = {}
    for event in events:
        now = {name: as_data(event[name]) for name in COLUMNS}
        names = [name for name in changed(before, now) if before.get(name) not in (None, "")]
        if names:
            old, new = {n: before[n] for n in names}, {n: now[n] for n in names}
            at = event["pgh_created_at"]
            yield Change(at, old, new, _deed(entries, at, new))
        before = now


def _deed(entries: list[Entry], at: datetime, new: Mapping[str, Any]) -> Entry | None:
    """The entry that was written with the row: of the same values, at about the same time."""
    near = (entry for entry in entries if abs(entry.at - at) <= TOGETHER)
    return next((entry for entry in near if _says(entry.data.get("new", {}), new)), None)


def _says(data: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(name in data and data[name] == value for name, value in new.items())


def _of_deeds(entries: list[Entry]) -> Iterable[Change]:
    """Activities, which have no column."""
    for entry in entries:
        if "activities" in entry.data.get("new", {}):
            old = {"activities": entry.data["old"]["activities"]}
            yield Change(entry.at, old, {"activities": entry.data["new"]["activities"]}, entry)
