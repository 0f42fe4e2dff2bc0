"""After a refusal: an appeal, once, that somebody else decides; or another application."""

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from orgs import qualification
from orgs.attachments import attach
from orgs.contents import Contents
from orgs.models import Application, Document, Organization

NOTHING: Final = _("There is no decision that you could appeal.")


def refusal(organization: Organization) -> Application | None:
    """The newest decision, if it is a refusal and nothing has been begun since.

    Nothing is asked in the name of a closed organization.
    """
    if organization.closed_on:
        return None
    newest = Application.objects.of(organization).not_put_away().newest()
    is_refusal = newest is not None and newest.status == Application.Status.DECLINED
    return newest if is_refusal else None


def open_to(organization: Organization) -> Application | None:
    """The decision that this organization may appeal."""
    newest = refusal(organization)
    return newest if is_appealable(newest) else None


def is_appealable(newest: Application | None) -> bool:
    """Whether this is a refusal to appeal; an appeal itself is decided for good."""
    if newest is None or newest.kind == Application.Kind.APPEAL:
        return False
    return newest.status == Application.Status.DECLINED


@transaction.atomic
def send(
    organization: Organization, *, by: User, words: str, files: Sequence[Contents] = ()
) -> Application:
    """Appeal the newest decision, in the applicant's words, with papers if there are any.

    A second click brings back the first. Raises ValidationError when there is nothing to appeal,
    and with what is wrong with the papers.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    newest = Application.objects.of(organization).not_put_away().newest()
    if newest and newest.kind == Application.Kind.APPEAL and not newest.is_over:
        return newest
    declined = open_to(organization)
    if declined is None:
        raise ValidationError(NOTHING, "nothing")
    appeal = Application.objects.create(
        organization=organization,
        kind=Application.Kind.APPEAL,
        previous=declined,
        words=words,
        started_by=by,
    )
    record(appeal, "application.appealed", by=by, note=words, decision=declined.pk)
    attach(appeal, files, kind=Document.Kind.OTHER, by=by)
    return qualification.submit(appeal.pk, by=by)


@transaction.atomic
def apply_again(organization: Organization, *, by: User) -> Application:
    """A new application of an organization that was declined, with its facts as they are.

    A second click brings back the first. Raises ValidationError when the newest decision is not
    a refusal.
    """
    organization = Organization.objects.lock(pk=organization.pk)
    newest = Application.objects.of(organization).not_put_away().newest()
    if newest and newest.is_draft and newest.kind == Application.Kind.FIRST:
        return newest
    if refusal(organization) is None:
        raise ValidationError(_("There is no refusal after which to apply again."), "nothing")
    return qualification.begin(organization, Application.Kind.FIRST, by=by)
