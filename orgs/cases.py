"""Cases: "write to us", with a reference, a thread, and a day by which there is an answer."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import move
from orgs import clock, documents
from orgs.contents import MOST_A_MESSAGE, Contents, examine_all
from orgs.days import today
from orgs.emails import cases as emails
from orgs.holidays import holidays_of
from orgs.models import Case, CaseFile, CaseMessage, Document, Organization

Status = Case.Status
ANSWER_DAYS = 2  # business days from a member's message to our answer
MOST_OPEN = 10  # of one person in an organization


def start(
    organization: Organization,
    *,
    by: User,
    topic: str,
    subject: str,
    text: str,
    files: Sequence[UploadedFile] = (),
) -> Case:
    """Write to our staff.

    Raises ValidationError with what is wrong with the files, or when many are open already.
    """
    contents = examine_all(files, by=by, most=MOST_A_MESSAGE)
    with documents.keeping() as kept:
        organization = Organization.objects.lock(pk=organization.pk)
        waiting = Case.objects.of(organization).filter(opened_by=by, status=Status.WAITING_US)
        if waiting.count() >= MOST_OPEN:
            refusal = _("You have %(most)s messages with our staff. Go on with one of them.")
            raise ValidationError(refusal, "too_many", {"most": MOST_OPEN})
        case = Case.objects.create(
            organization=organization,
            topic=topic,
            subject=subject,
            opened_by=by,
            due_on=_due(organization),
        )
        kept += _say(case, by=by, text=text, contents=contents)
        record(case, "case.opened", by=by)
        emails.received(case)
    return case


def _due(organization: Organization) -> date:
    day = today()
    holidays = holidays_of(organization.province, range(day.year, day.year + 2))
    return clock.due(day, ANSWER_DAYS, holidays)


def _say(case: Case, *, by: User, text: str, contents: Iterable[Contents] = ()) -> list[Document]:
    """The member's message, and the documents it came with."""
    message = CaseMessage.objects.create(case=case, by=by, text=text, is_staffs=False)
    kept = []
    for content in contents:
        kind = Document.Kind.OTHER
        document = documents.keep(case.organization, contents=content, kind=kind, by=by)
        CaseFile.objects.create(message=message, document=document)
        kept.append(document)
    _bump(case)
    return kept


def _bump(case: Case) -> None:
    """What others have on the screen is out of date now."""
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)


def reply(case: Case, *, by: User, text: str, files: Sequence[UploadedFile] = ()) -> Case:
    """The member writes again: our clock starts anew, and a closed case is open again."""
    contents = examine_all(files, by=by, most=MOST_A_MESSAGE)
    with documents.keeping() as kept:
        case = _lock(case.pk)
        kept += _say(case, by=by, text=text, contents=contents)
        if case.status == Status.WAITING_US:
            record(case, "case.more", by=by)
        else:
            move(case, Status.WAITING_US, by=by, due_on=_due(case.organization))
    return case


@transaction.atomic
def answer(pk: int, *, by: User, text: str, version: int) -> CaseMessage:
    """Our answer, by e-mail too.

    Raises ValidationError when the member wrote again since the page was opened.
    """
    case = _lock(pk)
    _refuse_changed(case, version)
    message = CaseMessage.objects.create(case=case, by=by, text=text, is_staffs=True)
    _bump(case)
    if case.status == Status.WAITING_US:
        move(case, Status.WAITING_THEM, by=by, claimed_by=by)
    record(case, "case.answered", by=by)
    emails.answered(message)
    return message


@transaction.atomic
def close(pk: int, *, by: User, version: int | None = None) -> Case:
    """Nothing more to do; a new message opens it again. Twice is once."""
    case = _lock(pk)
    if version is not None:
        _refuse_changed(case, version)
    if case.status != Status.DONE:
        move(case, Status.DONE, by=by)
    return case


@transaction.atomic
def claim(pk: int, *, by: User) -> Case:
    """Take a case; a colleague's is taken over, and both are written."""
    case = _lock(pk)
    if case.claimed_by_id != by.pk:
        Case.objects.filter(pk=pk).update(claimed_by=by)
        record(case, "case.claimed", by=by)
    return case


def _lock(pk: int) -> Case:
    """The case and its organization, locked in the order of the house."""
    organization_pk = Case.objects.values_list("organization", flat=True).get(pk=pk)
    organization = Organization.objects.lock(pk=organization_pk)
    case = Case.objects.lock(pk=pk)
    case.organization = organization
    return case


def _refuse_changed(case: Case, version: int) -> None:
    if case.version != version:
        text = _("Something was written since you opened this page. Read it, then answer.")
        raise ValidationError(text, "changed")
