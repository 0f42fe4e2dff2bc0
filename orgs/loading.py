"""Loading: write the organizations and people of a demo file, as often as one likes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import record
from orgs import branch_letter, clock, demofile, identity, staff
from orgs.days import TORONTO, today
from orgs.holidays import holidays_of
from orgs.models import (
    Activity,
    Application,
    BranchLetter,
    Inquiry,
    Membership,
    Organization,
    Role,
)
from orgs.models.organization import FIRST_NUMBER
from orgs.qualification import REVIEW_DAYS

Status = Application.Status
WAS_QUALIFIED = {"qualified", "lapsed", "suspended"}


def load(data: demofile.DemoFile) -> None:
    """Write what is not there yet. Call it in a transaction."""
    staff.ensure_groups()
    known = set(Organization.objects.values_list("number", flat=True))
    fresh = [row for row in data.organizations if row.number not in known]
    for row in parents_first(fresh):
        _organization(row)
    firsts = first_days(data)
    for someone in data.people:
        person(someone, firsts)
    _sign([row.number for row in fresh])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval('orgs_organization_number', (SELECT greatest(max(number), %s) "
            "FROM orgs_organization), true) WHERE EXISTS (SELECT 1 FROM orgs_organization)",
            [FIRST_NUMBER],
        )


def parents_first(rows: list[demofile.Organization]) -> list[demofile.Organization]:
    """In an order in which each branch comes after the organization it belongs to."""
    parents = {row.number: row.parent for row in rows}

    def depth(number: int | None) -> int:
        steps = 0
        while number in parents:  # the parser has refused circles
            number, steps = parents[number], steps + 1
        return steps

    return sorted(rows, key=lambda row: depth(row.parent))


def _organization(row: demofile.Organization) -> None:
    # With its parent from the start: only a branch may share the digits of a business number.
    parent = Organization.objects.get(number=row.parent) if row.parent else None
    organization = Organization.objects.create(
        number=row.number,
        parent=parent,
        legal_name=row.legal_name,
        former_names=list(row.former_names),
        kind=row.kind,
        bn=row.bn,
        neq=row.neq,
        corporation_number=row.corporation_number,
        province=row.province,
        street=row.address.street,
        unit=row.address.unit,
        city=row.address.city,
        postal_code=row.address.postal_code,
        phone=row.phone,
        website=row.website,
        email=row.email,
        language=row.language,
        mission=row.mission,
        secular_arm=row.secular_arm,
        annual_budget=row.annual_budget,
        budget_source=Organization.BudgetSource.STATEMENTS if row.annual_budget else "",
        budget_year=2025 if row.annual_budget else None,
        staff=row.staff,
        qualified_since=row.qualified_since,
        qualified_until=row.qualified_until,
        suspended_on=row.qualified_until + timedelta(days=1)
        if row.status == "suspended" and row.qualified_until
        else None,
    )
    if parent is not None:
        _letter(organization, parent)
    organization.activities.set(Activity.objects.filter(code__in=row.activities))
    identity.index(organization)
    if organization.suspended_on:
        said = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                said[language] = _("The public register says that the registration was revoked.")
        note = said[row.language]
        record(organization, "organization.suspended", by=None, note=note, reason=said)
    _application(organization, row)


def _letter(branch: Organization, parent: Organization) -> None:
    """The letter that the parent signed for a branch."""
    letter = BranchLetter(
        branch=branch,
        parent=parent,
        asked_for=str(parent.number),
        status=BranchLetter.Status.SIGNED,
        version=branch_letter.VERSION,
        language=parent.language,
        signer_name="Odile Gaudet",
        signer_title="Présidente",
        decided_at=timezone.now(),
    )
    letter.text = branch_letter.text(letter, language=parent.language)
    letter.save()


def _application(organization: Organization, row: demofile.Organization) -> None:
    """The application that led to where the organization stands."""
    status = Status.QUALIFIED if row.status in WAS_QUALIFIED else Status(row.status)
    application = Application(organization=organization, status=status)
    if row.submitted_on:
        application.submitted_at = _at_ten(row.submitted_on)
        years = [row.submitted_on.year, row.submitted_on.year + 1]
        holidays = holidays_of(row.province, years)
        application.due_on = clock.due(row.submitted_on, REVIEW_DAYS, holidays)
    if status == Status.QUALIFIED:
        application.decided_at = _at_ten(row.qualified_since or row.submitted_on or today())
    if status == Status.DECLINED:
        sent_on = row.submitted_on or today() - timedelta(days=9)
        application.decided_at = _at_ten(sent_on + timedelta(days=9))
        with translation.override(row.language):
            application.reason = _(
                "The papers you sent are those of a business that pays dividends."
            )
    if row.submitted_on and status == Status.INFO_NEEDED:
        application.waiting_since = row.submitted_on + timedelta(days=1)
    application.save()
    if status == Status.INFO_NEEDED:
        with translation.override(row.language):
            question = _(
                "We cannot read the second page of your letters patent. Please send a legible copy."
            )
        inquiry = Inquiry.objects.create(application=application, question=question)
        if application.waiting_since:
            asked_at = _at_ten(application.waiting_since)
            Inquiry.objects.filter(pk=inquiry.pk).update(asked_at=asked_at)
    record(application, f"application.{status}", by=None, note="Demo history")


def _sign(numbers: list[int]) -> None:
    """Who sent, asked and decided: the owner, and the first of the qualification staff."""
    rows = Application.objects.filter(organization__number__in=numbers)
    staff_member = User.objects.filter(groups__name="qualification").order_by("pk").first()
    rows.exclude(decided_at=None).update(decided_by=staff_member)
    rows.exclude(status__in=[Status.DRAFT, Status.SUBMITTED]).update(claimed_by=staff_member)
    Inquiry.objects.filter(application__in=rows).update(asked_by=staff_member)
    for owner in Membership.objects.filter(
        organization__number__in=numbers, role__code="owner"
    ).order_by("-pk"):
        own = rows.filter(organization=owner.organization_id)
        own.update(started_by=owner.user_id)
        own.exclude(submitted_at=None).update(submitted_by=owner.user_id)


def _at_ten(day: date) -> datetime:
    return datetime.combine(day, time(10), tzinfo=TORONTO)


def first_days(data: demofile.DemoFile) -> dict[tuple[str, int], datetime]:
    """When people have done something for an organization first, so that they were members then."""
    firsts: dict[tuple[str, int], datetime] = {}
    for order in data.orders:
        key = order.placed_by, order.organization
        firsts[key] = min(firsts.get(key, order.placed_at), order.placed_at)
    return firsts


def person(row: demofile.Person, firsts: Mapping[tuple[str, int], datetime]) -> None:
    user, is_new = User.objects.get_or_create(
        email=row.email,
        defaults={
            "username": row.username,
            "first_name": row.first_name,
            "last_name": row.last_name,
            "language": row.language,
            "is_staff": bool(row.staff),
            "is_superuser": row.staff == "superuser",
        },
    )
    if is_new:
        user.set_password(settings.DEMO_PASSWORD)
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=row.email, verified=True, primary=True)
        if row.staff in staff.GROUPS:
            user.groups.add(Group.objects.get(name=row.staff))
    for membership in row.memberships:
        Membership.objects.get_or_create(
            user=user,
            organization=Organization.objects.get(number=membership.organization),
            defaults={
                "role": Role.objects.get(code=membership.role, organization=None),
                "joined_at": firsts.get((row.email, membership.organization), timezone.now()),
            },
        )
