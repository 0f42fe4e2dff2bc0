"""Invented organizations with their people, papers and applications."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import User
from audit.models import Entry
from orgs import sandboxing
from orgs.identity import keys_of
from orgs.models import (
    Activity,
    Application,
    Document,
    IdentityKey,
    Inquiry,
    Membership,
    Organization,
    Page,
    Role,
)
from orgs.staff import ensure_groups
from portal.seeding import spread as words
from portal.seeding import stories
from portal.seeding.bulk import Row, copy, copy_tracked, next_keys, next_of
from portal.seeding.spread import Spread
from portal.seeding.stories import Course, Status, Story, at

PAPER, PICTURE = "documents/seed/paper", "pages/seed/picture"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PAPERS = {
    "charity": ("registration", "statements"),
    "nonprofit": ("letters_patent", "statements"),
    "library": ("library_proof", "statements"),
}
QUESTION = {
    "fr": "Nous ne pouvons pas lire ce document. Veuillez en envoyer une copie lisible.",
    "en": "We cannot read this document. Please send a legible copy.",
}
ANSWER = {"fr": "Voici une meilleure copie.", "en": "Here is a better copy."}
REASON = {
    "fr": "Les documents ne montrent pas qu’il s’agit d’un organisme à but non lucratif.",
    "en": "The papers do not show that this is a nonprofit organization.",
}
COLLEAGUES = (("Ada", "Fortin"), ("Ben", "Okafor"), ("Claire", "Dubois"), ("Dan", "Levesque"))


@dataclass(frozen=True)
class Invented:
    """An organization, as later rows need it."""

    pk: int
    owner: int
    index: int
    row: dict[str, Any]
    story: Story


def seed(n: int, *, on: date, now: datetime) -> list[Invented]:
    """Write n organizations, and everything that hangs on them."""
    people = next_keys(User, n + len(COLLEAGUES))
    owners, staff = people[:n], list(people[n:])
    invented = list(_invent(n, owners, on=on, now=now))
    copy(User, _people(invented, staff, now=now), now=now)
    copy(EmailAddress, _addresses(invented, staff), now=now)
    _may_decide(staff, now=now)
    copy_tracked(Organization, [one.row for one in invented], now=now)
    copy(Organization.activities.through, _activities(invented), now=now)
    found_by = [key for one in invented for key in _found_by(one)]
    keys = next_keys(IdentityKey, len(found_by))
    copy(IdentityKey, ({"id": k} | row for k, row in zip(keys, found_by, strict=True)), now=now)
    role = Role.objects.get(code="owner", organization=None).pk
    members = (
        {"user_id": o.owner, "organization_id": o.pk, "role_id": role, "joined_at": _began(o)}
        for o in invented
    )
    keys = next_keys(Membership, n)
    copy(Membership, ({"id": k} | m for k, m in zip(keys, members, strict=True)), now=now)
    _write_papers(invented, now=now)
    _write_applications(invented, staff, now=now)
    _write_standing(invented, staff, now=now)
    return invented


def _began(one: Invented) -> datetime:
    """When its owner began the first application."""
    return at(one.story.courses[0].started_on, one.index)


def _invent(n: int, owners: range, *, on: date, now: datetime) -> Iterator[Invented]:
    keys, spread = next_keys(Organization, n), Spread("organizations")
    numbers = next_of("orgs_organization_number", n)
    for index, (pk, owner, number) in enumerate(zip(keys, owners, numbers, strict=True)):
        province = spread.weighted({code: row[0] for code, row in words.CITIES.items()})
        story = stories.tell(spread, province, on=on)
        row = _organization(spread, index, province, story) | {"id": pk, "number": number}
        yield Invented(pk, owner, index, row, story)


def _organization(spread: Spread, index: int, province: str, story: Story) -> dict[str, Any]:
    _share, language, letters, cities = words.CITIES[province]
    city, kind = spread.one(cities), spread.weighted({"charity": 62, "nonprofit": 30, "library": 8})
    patron, work = spread.one(words.PATRONS), spread.one(words.WORKS[language])
    name = f"{work} {patron}" if language == "fr" else f"{patron} {work}"
    started = story.courses[0].started_on
    is_suspended = story.since is not None and spread.chance(0.01)
    is_closed = story.since is not None and not is_suspended and spread.chance(0.005)
    decided = story.courses[-1].decided_on
    return {
        "legal_name": f"{name} – {city}" if spread.chance(0.7) else f"{name} {index}",
        "kind": kind,
        "bn": f"{words.business_number(index)}RR0001" if kind == "charity" else "",
        "neq": words.quebec_number(index) if province == "QC" and kind != "charity" else "",
        "street": f"{spread.whole(1, 9999)}, rue Principale"
        if language == "fr"
        else f"{spread.whole(1, 9999)} Main Street",
        "city": city,
        "province": province,
        "postal_code": spread.postal_code(letters),
        "phone": f"+1819555{index % 10_000:04}",
        "email": f"licences-{index}@seed.example",
        "website": f"https://organization-{index}.seed.example",
        "language": language,
        "mission": "Nous accompagnons les gens du quartier."
        if language == "fr"
        else "We help the people of our neighbourhood.",
        "annual_budget": Decimal(spread.whole(5, 9000)) * 1000,
        "budget_source": "statements",
        "budget_year": started.year - 1,
        "staff": spread.whole(0, 60),
        "qualified_since": story.since,
        "qualified_until": story.until,
        "suspended_on": decided + timedelta(days=20) if is_suspended and decided else None,
        "closed_on": decided + timedelta(days=30) if is_closed and decided else None,
        "created_at": at(started, index),
    }


def _found_by(one: Invented) -> Iterator[dict[str, Any]]:
    """The keys by which duplicates of it are found."""
    for key in keys_of(Organization(**one.row)):
        same = {"kind": key.kind, "source": key.source, "value": key.value, "place": key.place}
        yield same | {"organization_id": one.pk}


def _people(invented: list[Invented], staff: list[int], *, now: datetime) -> Iterator[Row]:
    spread = Spread("people")
    same = {"password": "!", "date_joined": now, "is_active": True, "time_zone": "America/Toronto"}
    for one in invented:
        yield same | {
            "id": one.owner,
            "username": f"seed-{one.index}",
            "email": f"person-{one.index}@seed.example",
            "first_name": spread.one(words.FIRST_NAMES),
            "last_name": spread.one(words.LAST_NAMES),
            "language": one.row["language"],
        }
    for place, (pk, (first, last)) in enumerate(zip(staff, COLLEAGUES, strict=True)):
        yield same | {
            "id": pk,
            "username": f"seed-staff-{place}",
            "email": f"{first.lower()}@seed-staff.example",
            "first_name": first,
            "last_name": last,
            "language": "fr",
            "is_staff": True,
        }


def _may_decide(people: list[int], *, now: datetime) -> None:
    ensure_groups()
    group = Group.objects.get(name="qualification").pk
    through = User.groups.through
    keys = next_keys(through, len(people))
    rows = ({"id": k, "user_id": p, "group_id": group} for k, p in zip(keys, people, strict=True))
    copy(through, rows, now=now)


def _addresses(invented: list[Invented], staff: list[int]) -> list[Row]:
    owners = [(one.owner, f"person-{one.index}@seed.example") for one in invented]
    colleagues = [
        (pk, f"{first.lower()}@seed-staff.example")
        for pk, (first, _last) in zip(staff, COLLEAGUES, strict=True)
    ]
    keys = next_keys(EmailAddress, len(invented) + len(staff))
    return [
        {"id": key, "user_id": pk, "email": email, "verified": True, "primary": True}
        for key, (pk, email) in zip(keys, owners + colleagues, strict=True)
    ]


def _activities(invented: list[Invented]) -> list[Row]:
    """Two of each organization."""
    for code in ("food_security", "seniors", "youth"):
        Activity.objects.get_or_create(
            code=code,
            defaults={"name_fr": code, "name_en": code, "group": Activity.Group.SOCIAL},
        )
    known = list(Activity.objects.order_by("pk").values_list("pk", flat=True))
    pairs = [(one, known[(one.index + n) % len(known)]) for one in invented for n in (0, 1)]
    keys = next_keys(Organization.activities.through, len(pairs))
    return [
        {"id": key, "organization_id": one.pk, "activity_id": activity}
        for key, (one, activity) in zip(keys, pairs, strict=True)
    ]


def _write_papers(invented: list[Invented], *, now: datetime) -> None:
    """All the same file and picture: they are there, and can be opened."""
    picture = _picture()
    rows: list[Row] = [
        {
            "organization_id": one.pk,
            "kind": kind,
            "status": Document.Status.CLEAN,
            "file": PAPER,
            "name": f"{kind}-{one.index}.pdf",
            "content_type": "application/pdf",
            "size": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
            "page_count": 1,
            "uploaded_by_id": one.owner,
            "uploaded_at": at(one.story.courses[0].started_on, one.index),
            "scan_due_at": None,
            "draw_due_at": None,
        }
        for one in invented
        for kind in PAPERS[one.row["kind"]]
    ]
    keys, pages = next_keys(Document, len(rows)), next_keys(Page, len(rows))
    copy(Document, ({"id": k} | dict(r) for k, r in zip(keys, rows, strict=True)), now=now)
    drawn = (
        {"id": page, "document_id": document, "number": 1} | picture
        for page, document in zip(pages, keys, strict=True)
    )
    copy(Page, drawn, now=now)


def _picture() -> dict[str, Any]:
    """The paper and the picture of its page, drawn as any other's, unless they are there."""
    frames = sandboxing.run("pages", "application/pdf", 1, 1, data=PDF).frames
    about, picture = frames[0]
    for name, content in ((PAPER, PDF), (PICTURE, picture)):
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
    return {"image": PICTURE, "width": about["width"], "height": about["height"]}


def _write_applications(invented: list[Invented], staff: list[int], *, now: datetime) -> None:
    courses = [(one, course) for one in invented for course in one.story.courses]
    keys = next_keys(Application, len(courses))
    rows: list[Row] = []
    inquiries: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    kind = ContentType.objects.get_for_model(Application).pk
    for pk, (one, course) in zip(keys, courses, strict=True):
        by = staff[one.index % len(staff)]
        previous = rows[-1]["id"] if course.kind == Application.Kind.APPEAL else None
        rows.append(_application(pk, one, course, by) | {"previous_id": previous})
        if course.asked_on:
            inquiries.append(_inquiry(pk, one, course, by))
        for action, day, is_staff in stories.deeds(course):
            entries.append(
                {
                    "at": at(day, one.index),
                    "by_id": by if is_staff else one.owner,
                    "action": f"application.{action}",
                    "subject_type_id": kind,
                    "subject_id": pk,
                }
            )
    copy(Application, rows, now=now)
    for model, found in ((Inquiry, inquiries), (Entry, entries)):
        taken = next_keys(model, len(found))
        copy(model, ({"id": k} | row for k, row in zip(taken, found, strict=True)), now=now)


def _application(pk: int, one: Invented, course: Course, by: int) -> dict[str, Any]:
    is_taken = course.status not in {Status.DRAFT, Status.PUT_AWAY, Status.SUBMITTED}
    index, is_declined = one.index, course.status == Status.DECLINED
    return {
        "id": pk,
        "organization_id": one.pk,
        "kind": course.kind,
        "status": course.status,
        "started_by_id": one.owner,
        "created_at": at(course.started_on, index),
        "saved_at": at(course.started_on, index),
        "submitted_at": at(course.sent_on, index) if course.sent_on else None,
        "submitted_by_id": one.owner if course.sent_on else None,
        "due_on": course.due_on,
        "waiting_since": course.asked_on if course.status == Status.INFO_NEEDED else None,
        "claimed_by_id": by if is_taken else None,
        "decided_at": at(course.decided_on, index) if course.decided_on else None,
        "decided_by_id": by if course.decided_on else None,
        "reason": REASON[one.row["language"]] if is_declined else "",
        "words": QUESTION[one.row["language"]] if course.kind == Application.Kind.APPEAL else "",
    }


def _inquiry(pk: int, one: Invented, course: Course, by: int) -> dict[str, Any]:
    language, answered = one.row["language"], course.answered_on
    return {
        "application_id": pk,
        "question": QUESTION[language],
        "asked_by_id": by,
        "asked_at": at(course.asked_on or course.started_on, one.index),
        "answer": ANSWER[language] if answered else "",
        "answered_by_id": one.owner if answered else None,
        "answered_at": at(answered, one.index) if answered else None,
    }


def _write_standing(invented: list[Invented], staff: list[int], *, now: datetime) -> None:
    """Who suspended or closed what is suspended or closed."""
    kind = ContentType.objects.get_for_model(Organization).pk
    entries: list[Row] = [
        {
            "at": at(day, one.index),
            "by_id": staff[one.index % len(staff)],
            "action": f"organization.{deed}",
            "note": REASON[one.row["language"]],
            "data": {"reason": REASON},
            "subject_type_id": kind,
            "subject_id": one.pk,
        }
        for one in invented
        for deed in ("suspended", "closed")
        if (day := one.row.get(f"{deed}_on"))
    ]
    keys = next_keys(Entry, len(entries))
    copy(Entry, ({"id": k} | dict(row) for k, row in zip(keys, entries, strict=True)), now=now)
