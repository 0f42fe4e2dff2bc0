import pytest

from orgs import duplicates, identity, matches, qualification
from orgs.models import IdentityKey, Match, Organization
from tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_file():
    return OrganizationFactory(
        legal_name="Maison Sainte-Anne inc.",
        former_names=["Comptoir Saint-Élie"],
        bn="000000018RR0001",
        website="https://www.sainte-anne.example",
    )


def typed(**facts) -> Organization:
    places = {"city": "", "postal_code": "", "phone": "", "email": ""}
    return OrganizationFactory(unqualified=True, **(places | facts))


def found(candidate) -> list[Organization]:
    return [one.organization for one in duplicates.probable(candidate)]


@pytest.mark.parametrize(
    "facts",
    [
        {"legal_name": "La Maison Ste-Anne", "city": "SHERBROOKE"},
        {"legal_name": "Maison Saint-Ane", "city": "Sherbrooke"},
        {"legal_name": "Comptoir St-Elie", "postal_code": "J1H 9Z9"},
        {"legal_name": "Maison Sainte-Anne", "city": "Amos", "email": "a@sainte-anne.example"},
        {"legal_name": "Autre", "postal_code": "J1H 9Z9", "email": "a@sainte-anne.example"},
    ],
)
def test_what_is_on_file_is_found_as_people_write_it(on_file, facts):
    assert found(typed(**facts)) == [on_file]


@pytest.mark.parametrize(
    "facts",
    [
        {"legal_name": "Maison Sainte-Anne", "city": "Moncton", "postal_code": "E1C 9Z9"},
        {"legal_name": "Club de ski", "city": "Sherbrooke", "postal_code": "J1H 9Z9"},
        {"legal_name": "", "city": "Sherbrooke"},
    ],
)
def test_others_pass(on_file, facts):
    assert found(typed(**facts)) == []


def test_a_namesake_elsewhere_is_shown_with_its_city(on_file):
    namesake = typed(legal_name="Maison Sainte-Anne", city="Moncton", postal_code="E1C 9Z9")
    assert matches.look(namesake) == []
    assert [one.organization.with_city for one in matches.alike(namesake)] == [
        "Maison Sainte-Anne inc. (Sherbrooke)"
    ]


def test_nine_digits_are_found_whatever_the_name(on_file):
    candidate = typed(legal_name="Autre chose")
    keys = matches.typed_keys({"bn": "000000018RC0002"})
    assert [one.organization for one in duplicates.probable(candidate, typed=keys)] == [on_file]


def test_a_branch_is_no_duplicate_of_its_head(on_file):
    branch = typed(legal_name="Maison Sainte-Anne", city="Sherbrooke", parent=on_file)
    assert found(branch) == []


def test_what_was_put_away_unsent_is_not_found():
    gone = OrganizationFactory(unqualified=True, legal_name="Maison", closed_on="2026-01-01")
    assert found(typed(legal_name="Maison", city=gone.city)) == []


def test_wildcards_in_a_name_are_letters(on_file):
    assert found(typed(legal_name="%_% 'x' \\", city="Sherbrooke")) == []


def test_keys_follow_what_is_on_file(on_file):
    on_file.legal_name, on_file.former_names = "Refuge", ["Maison Sainte-Anne inc."]
    on_file.save()
    kept = on_file.identity_keys.get(kind="bn").pk
    identity.index(on_file)
    names = on_file.identity_keys.filter(kind__in=IdentityKey.NAMES)
    assert set(names.values_list("kind", "value")) == {
        ("name", "refuge"),
        ("former_name", "maison saint anne"),
    }
    assert on_file.identity_keys.get(kind="bn").pk == kept


def test_a_night_mends_keys_that_somebody_forgot(on_file):
    Organization.objects.filter(pk=on_file.pk).update(city="Amos")
    assert identity.refresh() == 1
    assert identity.refresh() == 0
    assert on_file.identity_keys.get(kind="city").value == "amos"


def test_all_keys_can_be_written_anew(on_file):
    before = set(IdentityKey.objects.values_list("organization", "kind", "source", "value"))
    assert identity.rebuild() == len(before)
    assert set(IdentityKey.objects.values_list("organization", "kind", "source", "value")) == before


def test_a_search_is_four_queries(on_file, django_assert_num_queries):
    candidate = typed(legal_name="Maison Sainte-Anne", city="Sherbrooke")
    with django_assert_num_queries(6):  # two of them the savepoint that a test adds
        duplicates.find(candidate)


def test_a_match_is_written_once_and_names_the_older_first(on_file):
    candidate = typed(legal_name="Maison Sainte-Anne", city="Sherbrooke")
    for _ in range(2):
        matches.look(candidate)
    match = Match.objects.get()
    assert (match.first, match.second) == (on_file, candidate)
    assert match.reasons == ["name", "city"]


def test_what_staff_decided_stays_decided(on_file, reviewer):
    candidate = typed(legal_name="Maison Sainte-Anne", city="Sherbrooke")
    match = matches.look(candidate)[0]
    matches.decide(match.pk, Match.Status.DIFFERENT, by=reviewer, reason="Two boards.")
    matches.look(candidate)
    match.refresh_from_db()
    assert (match.status, match.decided_by) == ("different", reviewer)


def test_a_night_finds_what_became_alike(on_file):
    other = MembershipFactory(organization__legal_name="Refuge").organization
    Organization.objects.filter(pk=other.pk).update(legal_name="Maison Ste-Anne")
    matches.find_nightly()
    assert Match.objects.get().second == other


def test_a_sent_application_is_looked_at(on_file, complete, applicant):
    Organization.objects.filter(pk=complete.organization_id).update(legal_name="Maison Ste-Anne")
    qualification.submit(complete.pk, by=applicant)
    assert Match.objects.get().second == complete.organization
