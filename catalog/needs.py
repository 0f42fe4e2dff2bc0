"""Needs: who would need what is not open to them, counted for those who negotiate."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from catalog.models import Need, Program
from catalog.verdicts import verdict
from orgs.days import today
from orgs.models import Organization


@transaction.atomic
def say(organization: Organization, program: Program, *, quantity: int, use: str, by: User) -> Need:
    """Keep that an organization would need a program; saying it again changes it.

    Raises ValidationError when the program is open to it: it can order.
    """
    if verdict(program, organization, on=today()).is_eligible:
        text = _("%(program)s is open to you: you can order it.")
        raise ValidationError(text, "open", {"program": program})
    values = {"quantity": quantity, "use": use.strip(), "by": by}
    need, _is_new = Need.objects.update_or_create(
        organization=organization, program=program, defaults=values
    )
    record(need, "need.said", by=by, program=program.slug, quantity=quantity)
    return need


@transaction.atomic
def take_back(organization: Organization, program: Program, *, by: User) -> None:
    """It is not counted any more. Twice is once."""
    for need in Need.objects.filter(organization=organization, program=program):
        record(organization, "need.taken_back", by=by, program=program.slug)
        need.delete()


def table() -> Iterator[list[Any]]:
    """The counts as rows of a file; the first is heads."""
    yield ["program", "name_fr", "name_en", "province", "size", "organizations", "units"]
    for row in Need.objects.counted():
        yield list(row.values())
