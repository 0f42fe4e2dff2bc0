import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile

from orgs import documents, qualification, registration, staff
from orgs.models import Application, Organization
from tests.factories import ActivityFactory, UserFactory
from tests.orgs.papers import pdf_bytes
from tests.registers.conftest import registers  # noqa: F401  (a fixture)

PDF = pdf_bytes()

FACTS = {
    "legal_name": "Maison Sainte-Anne",
    "kind": "nonprofit",
    "province": "QC",
    "neq": "1100000125",
    "mission": "We feed people.",
    "annual_budget": "120000.00",
    "budget_source": "statements",
    "budget_year": 2025,
    "staff": 3,
    "street": "12, rue King",
    "city": "Sherbrooke",
    "postal_code": "J1H 9Z9",
    "phone": "+18195550112",
    "email": "info@sainte-anne.example",
    "language": "fr",
}


def pdf(name="lettres.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def applicant(db):
    return UserFactory(language="en")


@pytest.fixture
def draft(applicant) -> Application:
    """Started, and nothing answered."""
    return registration.start(by=applicant).applications.get()


@pytest.fixture
def complete(draft, applicant) -> Application:
    """A draft of a nonprofit of Quebec that lacks nothing."""
    Organization.objects.filter(pk=draft.organization_id).update(**FACTS)
    draft.organization.activities.set([ActivityFactory()])
    documents.store(draft.organization, kind="letters_patent", file=pdf(), by=applicant)
    return Application.objects.get(pk=draft.pk)


@pytest.fixture
def sent(complete, applicant) -> Application:
    return qualification.submit(complete.pk, by=applicant)


@pytest.fixture
def reviewer(db):
    """Somebody of the qualification staff."""
    staff.ensure_groups()
    person = UserFactory(is_staff=True, first_name="Quinn", last_name="Arsenault")
    person.groups.add(Group.objects.get(name="qualification"))
    return person


@pytest.fixture
def fulfiller(db):
    """Somebody of the fulfilment staff."""
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="fulfilment"))
    return person
