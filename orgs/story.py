"""The demo's story: a conversation about an application, and somebody in every situation.

The demo's file says where organizations stand; this adds what was said, and who can look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from audit.models import record
from orgs import clock, demofile, loading, queues_story
from orgs.attachments import attach
from orgs.contents import examine_all
from orgs.days import TORONTO, day_of
from orgs.holidays import holidays_of
from orgs.models import Application, Inquiry, Organization, Remark

PENDING: Final = 100003  # Nouveau Départ Estrie
QUESTION = (
    "La deuxième page de vos lettres patentes est illisible. Pourriez-vous nous en envoyer une "
    "copie lisible, avec votre règlement ?"
)
ANSWER = "Voici une nouvelle numérisation des lettres patentes, et notre règlement en vigueur."
REMARK = "Nous déménageons le 1er décembre : voici le nouveau bail, au cas où il serait utile."


@dataclass(frozen=True)
class Witness:
    """Somebody whose organization stands in a way that the file's people do not show."""

    email: str
    first_name: str
    last_name: str
    language: str
    organization: int
    what: str


WITNESSES: Final = (
    Witness(
        "alice@saint-elie.example", "Alice", "Roy", "fr", 100010, "sent, and looks like another"
    ),
    Witness("ruth@rural.example", "Ruth", "Klassen", "en", 100013, "in review"),
    Witness("ines@cpe-soleil.example", "Inès", "Bouchard", "fr", 100009, "asked by staff"),
    Witness("luc@etoiles.example", "Luc", "Fortin", "fr", 100018, "qualification ended"),
    Witness("asha@open-hands.example", "Asha", "Nair", "en", 100021, "suspended"),
    Witness("kim@bright-minds.example", "Kim", "Tran", "en", 100020, "not accepted"),
    Witness("tom@north-shore.example", "Tom", "Wells", "en", 100019, "a draft"),
)


@transaction.atomic
def tell() -> None:
    """Add what is not there yet."""
    for witness in WITNESSES:
        _person(witness)
    waiting = Application.objects.filter(
        organization__number=PENDING, status=Application.Status.SUBMITTED, inquiries=None
    )
    if application := waiting.select_related("organization", "submitted_by").first():
        _converse(application)
    queues_story.tell()


def _person(witness: Witness) -> None:
    if not Organization.objects.filter(number=witness.organization).exists():
        return
    membership = demofile.Membership(witness.organization, "owner")
    loading.person(
        demofile.Person(
            email=witness.email,
            username=witness.email.partition("@")[0] + "-demo",
            first_name=witness.first_name,
            last_name=witness.last_name,
            language=witness.language,
            staff="",
            memberships=(membership,),
        ),
        {},
    )


def _converse(application: Application) -> None:
    """Staff ask, the applicant answers with two papers, and adds a third."""
    applicant = application.submitted_by
    staff = User.objects.filter(groups__name="qualification").order_by("pk").first()
    if applicant is None or application.submitted_at is None or application.due_on is None:
        return
    sent_on = day_of(application.submitted_at)
    asked_on, answered_on = sent_on + timedelta(days=4), sent_on + timedelta(days=5)
    inquiry = Inquiry.objects.create(application=application, question=QUESTION, asked_by=staff)
    _attach(inquiry, ("lettres-patentes", "reglement"), kind="letters_patent", by=applicant)
    Inquiry.objects.filter(pk=inquiry.pk).update(
        asked_at=_at(asked_on, 11),
        answer=ANSWER,
        answered_by=applicant,
        answered_at=_at(answered_on, 9),
    )
    remark = Remark.objects.create(application=application, words=REMARK, by=applicant)
    _attach(remark, ("bail",), kind="other", by=applicant)
    Remark.objects.filter(pk=remark.pk).update(at=_at(answered_on + timedelta(days=1), 14))
    due_on = clock.resumed(
        application.due_on,
        paused_on=asked_on,
        resumed_on=answered_on,
        holidays=holidays_of(application.organization.province, [sent_on.year, sent_on.year + 1]),
    )
    status = Application.Status.IN_REVIEW
    Application.objects.filter(pk=application.pk).update(
        status=status, claimed_by=staff, due_on=due_on
    )
    record(application, "application.info_needed", by=staff, note=QUESTION, was="submitted")
    record(application, f"application.{status}", by=applicant, was="info_needed")
    record(application, "application.remarked", by=applicant, note=REMARK, remark=remark.pk)


def _attach(to: Inquiry | Remark, names: Sequence[str], *, kind: str, by: User) -> None:
    files = [queues_story.pdf(name) for name in names]
    attach(to, examine_all(files), kind=kind, by=by)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=TORONTO)
