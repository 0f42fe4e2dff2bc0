"""Standing: suspend an organization and let it go on; close it and open it again."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.models import record
from orgs.days import today
from orgs.emails import standing as emails
from orgs.models import Application, Organization

Reason = str | Promise
"""Why; a lazy text (`in_both`, or one of our own) is read by each reader in their language."""


@transaction.atomic
def suspend(pk: int, *, by: Any, reason: Reason) -> Organization:
    """Nothing can be ordered or proved in its name until it is reinstated; members read why.

    `by` is None when a public register is the reason. Raises ValidationError when it is closed,
    or suspended already.
    """
    organization = _lock_open(pk)
    if organization.suspended_on:
        raise ValidationError(_("This organization is suspended already."), "suspended")
    return _change(organization, "suspended", by=by, reason=reason, suspended_on=today())


@transaction.atomic
def reinstate(pk: int, *, by: Any, reason: Reason) -> Organization:
    """End a suspension; the qualification goes on to the day it had."""
    organization = _lock_open(pk)
    if not organization.suspended_on:
        raise ValidationError(_("This organization is not suspended."), "not_suspended")
    return _change(organization, "reinstated", by=by, reason=reason, suspended_on=None)


@transaction.atomic
def close(pk: int, *, by: Any, reason: Reason) -> Organization:
    """The organization stops using the portal; its history stays, and its people can read it.

    Raises ValidationError while staff have an application of it.
    """
    organization = _lock_open(pk)
    if organization.applications.filter(status__in=Application.OPEN_SENT).exists():
        text = _("An application is with our staff: the account is closed after the decision.")
        raise ValidationError(text, "application")
    return _change(organization, "closed", by=by, reason=reason, closed_on=today())


@transaction.atomic
def reopen(pk: int, *, by: Any, reason: Reason) -> Organization:
    """Open a closed organization again, as it stood.

    Raises ValidationError when it is open, or was merged into another.
    """
    organization = Organization.objects.lock(pk=pk)
    if not organization.closed_on:
        raise ValidationError(_("This organization is not closed."), "open")
    if organization.merged_into_id:
        text = _("This organization was merged into another: undo the merge instead.")
        raise ValidationError(text, "merged")
    return _change(organization, "reopened", by=by, reason=reason, closed_on=None)


def _lock_open(pk: int) -> Organization:
    organization = Organization.objects.lock(pk=pk)
    if organization.closed_on:
        raise ValidationError(_("This organization is closed: open it again first."), "closed")
    return organization


def _change(
    organization: Organization, deed: str, *, by: Any, reason: Reason, **changes: Any
) -> Organization:
    """Write the dates that differ, the trail with the reason, and tell the members."""
    for field, value in changes.items():
        setattr(organization, field, value)
    organization.save(update_fields=list(changes))
    said = {language: _in(language, reason) for language, _name in settings.LANGUAGES}
    note = said[organization.language]
    entry = record(organization, f"organization.{deed}", by=by, note=note, reason=said)
    emails.changed(organization, deed, reason=reason, key=f"organization-{deed}:{entry.pk}")
    return organization


def _in(language: str, reason: Reason) -> str:
    with translation.override(language):
        return str(reason)
