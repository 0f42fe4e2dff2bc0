"""The demo's queues: papers, a change, a question and a claim that wait for staff.

Made by the services that people's pages call, once: what is there already stays as it is.
"""

from io import BytesIO
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile

from orgs import cases, changes, claims, documents, matches
from orgs.fieldclasses import SUBJECTS
from orgs.models import Application, Case, ChangeRequest, Claim, Document, Membership, Organization

PAPERS: Final = {
    100003: ("letters_patent", "bylaws"),
    100009: ("letters_patent",),
    100010: ("registration",),
    100013: ("registration", "statements"),
    100020: ("bylaws",),
}
"""Which papers the applicants of the demo's file have sent."""
DOUBLE: Final = 100010  # looks like Maison d’entraide Saint-Élie
MOVING: Final = (
    "Nous déménageons au deuxième étage du même immeuble : voici l’avenant au bail, signé le 12."
)
NEW_UNIT: Final = "200"
SUBJECT: Final = "May two of our sites share one order?"
QUESTION: Final = (
    "Our theatre and its school have separate budgets. May we place one order for both, and have "
    "the licences sent to two addresses?"
)
CLAIM: Final = {
    "names": "North Shore Food Rescue Society",
    "former_names": "North-Shore Food Rescue Soc.",
    "address": "88 Mill Crescent\nNorth Vancouver BC V7M 9Z9",
    "words": (
        "Operations manager since 2022, named in the minutes of the last general meeting. The "
        "colleague who opened the account has left."
    ),
}


def tell() -> None:
    """Add what is not there yet. Call it in a transaction."""
    _send_papers()
    for double in Organization.objects.filter(number=DOUBLE, merged_into=None):
        matches.look(double)
    if marie := _owner(100001):
        _move(marie)
    if dev := _owner(100004):
        _ask(dev)
    if tom := _owner(100019):
        _claim(tom)


def _owner(number: int) -> Membership | None:
    rows = Membership.objects.select_related("user", "organization").order_by("pk")
    return rows.filter(organization__number=number, role__code="owner").first()


def _send_papers() -> None:
    open_ones = Application.objects.filter(
        organization__number__in=PAPERS, status__in=Application.OPEN_SENT
    )
    without = open_ones.exclude(organization__in=Document.objects.values("organization"))
    for application in without.select_related("organization"):
        organization = application.organization
        if owner := _owner(organization.number):
            for kind in PAPERS[organization.number]:
                name = str(Document.Kind(kind).label)
                documents.store(
                    organization, file=pdf(name), kind=kind, by=owner.user, with_staff=True
                )


def _move(marie: Membership) -> None:
    organization, subject = marie.organization, SUBJECTS["address"]
    is_asked = ChangeRequest.objects.filter(organization=organization).exists()
    if changes.is_open_to(organization) and not is_asked:
        new: dict[str, Any] = changes.current(organization, subject) | {"unit": NEW_UNIT}
        files = [pdf("avenant-bail")]
        changes.send(organization, subject, by=marie.user, new=new, words=MOVING, files=files)


def _ask(dev: Membership) -> None:
    if not Case.objects.filter(organization=dev.organization).exists():
        cases.start(
            dev.organization, by=dev.user, topic=Case.Topic.ORDER, subject=SUBJECT, text=QUESTION
        )


def _claim(tom: Membership) -> None:
    draft: Organization = tom.organization
    is_told = Claim.objects.filter(draft=draft).exists()
    if not is_told and any(match.status == "found" for match in matches.look(draft)):
        claims.file(draft, by=tom.user, facts=CLAIM)


def pdf(title: str) -> SimpleUploadedFile:
    """A PDF of one page with a title on it, as a browser sends it."""
    import pikepdf  # here: it takes a while to import

    paper = pikepdf.new()
    page = paper.add_blank_page(page_size=(612, 792))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    words = f"BT /F1 16 Tf 72 700 Td ({title}) Tj 0 -28 Td /F1 11 Tf (Démonstration) Tj ET"
    page.Contents = paper.make_stream(words.encode("cp1252", "replace"))
    out = BytesIO()
    paper.save(out)
    return SimpleUploadedFile(f"{title}.pdf", out.getvalue(), "application/pdf")
