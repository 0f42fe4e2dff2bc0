"""The address for licences: the new one confirms, the old one is told, and 48 hours pass.

The organization keeps its old address until then, so that whoever reads it needs no rule.
"""

from datetime import timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import facts, identity
from orgs.emails import licence_address as emails
from orgs.emails.licence_address import CONFIRM, UNDO
from orgs.models import AddressChange, Organization
from orgs.models.licence_address import CONFIRM_TIME, UNDO_TIME

MOST_A_DAY = 5
OVER = _("This link is no longer valid: the change was stopped, replaced or left too long.")


@transaction.atomic
def ask(organization: Organization, *, by: User, new: str) -> AddressChange:
    """Write to the new address, which has to confirm; what was asked before is given up.

    Raises ValidationError when it is the address on file.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    if new.casefold() == organization.email.casefold():
        raise ValidationError(_("Licences go to this address already."), "same")
    day_ago = timezone.now() - timedelta(days=1)
    if AddressChange.objects.of(organization).filter(asked_at__gte=day_ago).count() >= MOST_A_DAY:
        text = _(
            "This address was changed several times today. Try again tomorrow, or write to us."
        )
        raise ValidationError(text, "too_many")
    AddressChange.objects.of(organization).under_way().update(stopped_at=timezone.now())
    change = AddressChange.objects.create(
        organization=organization, old=organization.email, new=new, asked_by=by
    )
    record(organization, "organization.address_asked", by=by, old=change.old, new=new)
    emails.please_confirm(change)
    return change


def read(token: str, salt: str) -> AddressChange:
    """The change that a link is about. Raises ValidationError for a link that is no longer good."""
    try:
        pk = signing.loads(token, salt=salt)
        found = AddressChange.objects.select_related("organization").get(pk=pk)
    except (signing.BadSignature, AddressChange.DoesNotExist) as error:
        raise ValidationError(OVER, "over") from error
    refuse_over(found, salt)
    return found


def refuse_over(change: AddressChange, salt: str) -> None:
    """Raises ValidationError when nothing is left to confirm, or to take back."""
    now, is_over = timezone.now(), change.stopped_at is not None
    if salt == CONFIRM and change.confirmed_at is None:
        is_over |= now > change.asked_at + CONFIRM_TIME
    if salt == UNDO and change.applied_at:
        is_over |= now > change.applied_at + UNDO_TIME
        is_over |= change.organization.email != change.new
    if is_over:
        raise ValidationError(OVER, "over")


@transaction.atomic
def confirm(token: str) -> AddressChange:
    """The new address says yes: in 48 hours it is the one. Twice is once."""
    change = _lock(read(token, CONFIRM))
    refuse_over(change, CONFIRM)
    if change.confirmed_at is None:
        change.confirmed_at = timezone.now()
        change.save(update_fields=["confirmed_at"])
        record(change.organization, "organization.address_confirmed", by=None, new=change.new)
        emails.changing(change)
    return change


@transaction.atomic
def stop(token: str) -> AddressChange:
    """From the old address's link: the change is stopped, or taken back up to 7 days after it."""
    change = _lock(read(token, UNDO))
    refuse_over(change, UNDO)
    return _stop(change, by=None)


@transaction.atomic
def cancel(organization: Organization, *, by: User) -> None:
    """A member gives up a change that is not in force yet; none is none."""
    Organization.objects.lock(pk=organization.pk)
    for change in AddressChange.objects.of(organization).under_way():
        _stop(_lock(change), by=by)


def _stop(change: AddressChange, *, by: Any) -> AddressChange:
    organization = change.organization
    change.stopped_at = timezone.now()
    change.save(update_fields=["stopped_at"])
    if change.applied_at:
        organization.email = change.old
        organization.save(update_fields=["email"])
        identity.index(organization)
    note = {"old": change.old, "new": change.new}
    record(organization, "organization.address_stopped", by=by, **note)
    emails.stopped(change)
    return change


def apply_due() -> int:
    """Write the addresses whose 48 hours have passed; how many. Twice is once."""
    done = 0
    for pk in AddressChange.objects.due().values_list("pk", flat=True):
        with transaction.atomic():
            change = _lock(AddressChange.objects.get(pk=pk))
            if not AddressChange.objects.due().filter(pk=pk).exists():
                continue
            if change.organization.email != change.old:  # our staff wrote another one meanwhile
                _stop(change, by=None)
                continue
            _apply(change)
            done += 1
    return done


def _apply(change: AddressChange) -> None:
    organization = change.organization
    old, organization.email = organization.email, change.new
    organization.save(update_fields=["email"])
    identity.index(organization)
    facts.declare(organization, ["email"], by=change.asked_by)
    change.applied_at = timezone.now()
    change.save(update_fields=["applied_at"])
    record(
        organization,
        "organization.changed",
        by=change.asked_by,
        fields=["email"],
        old={"email": old},
        new={"email": change.new},
    )


def _lock(change: AddressChange) -> AddressChange:
    """The change and its organization as they are, locked in the order of the house."""
    organization = Organization.objects.lock(pk=change.organization_id)
    found = AddressChange.objects.lock(pk=change.pk)
    found.organization = organization
    return found
