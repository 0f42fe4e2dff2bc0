"""Withdrawing: an applicant takes back what staff have, to change it and send it anew."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.moves import move
from orgs import qualification
from orgs.models import Application


def is_possible(application: Application) -> bool:
    """Whether staff have it, and it can be filled in again."""
    is_appeal = application.kind == Application.Kind.APPEAL
    return application.status in Application.OPEN_SENT and not is_appeal


@transaction.atomic
def withdraw(pk: int, *, by: User) -> Application:
    """Make it a draft again, with its papers and all that was said; twice is once.

    Its place in the queue and the promised day are given up. Raises ValidationError when it is
    decided, and for an appeal, to which something can only be added.
    """
    application = Application.objects.lock(pk=pk)
    if application.is_draft:
        return application
    qualification.lock_open(pk)
    if not is_possible(application):
        text = _("An appeal cannot be taken back: add what you want to say to it.")
        raise ValidationError(text, "appeal")
    move(
        application,
        Application.Status.DRAFT,
        by=by,
        submitted_at=None,
        submitted_by=None,
        due_on=None,
        waiting_since=None,
        claimed_by=None,
        checklist={},  # of the facts as they were
        saved_at=timezone.now(),
        version=application.version + 1,
    )
    return application
