import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from orgs import staff
from registers.models import Charity, Import
from tests.factories import UserFactory

LISTS = ("charity", "corporation", "return", "import")


@pytest.fixture
def desk(client, db, settings):
    """Somebody of the qualification staff, signed in."""
    settings.DEBUG = True  # else a second factor is asked for first
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="qualification"))
    client.force_login(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def listed(client, model, **query):
    return client.get(reverse(f"admin:registers_{model}_changelist"), query)


@pytest.mark.parametrize("model", LISTS)
def test_staff_read_every_list_in_few_queries(
    desk, registers, model, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        assert listed(desk, model).status_code == 200


@pytest.mark.parametrize(
    ("typed", "found"),
    [("entraide élie", "000000018RR0001"), ("000000018", "000000018RR0001"), ("Lunenburg", "")],
)
def test_a_charity_is_found_as_applicants_find_it(desk, registers, typed, found):
    page = listed(desk, "charity", q=typed)
    assert ("000000018RR0001" in page.text) is bool(found)


def test_a_corporation_is_found_by_its_number(desk, registers):
    assert "Open Rivers" in listed(desk, "corporation", q="9900002-9").text


def test_an_entry_is_read_with_its_codes_in_words(desk, registers):
    entry = Charity.objects.get(bn="000000018RR0001")
    page = desk.get(reverse("admin:registers_charity_change", args=[entry.pk]))
    assert "Organizations Relieving Poverty" in page.text
    assert "Charitable organization" in page.text


def test_nobody_changes_an_entry_by_hand(desk, registers):
    entry = Charity.objects.get(bn="000000018RR0001")
    url = reverse("admin:registers_charity_change", args=[entry.pk])
    assert desk.post(url, {"name": "Changed"}).status_code == 403
    assert desk.get(reverse("admin:registers_charity_add")).status_code == 403
    for act in ("delete",):
        assert (
            desk.get(reverse(f"admin:registers_charity_{act}", args=[entry.pk])).status_code == 403
        )


def test_the_last_imports_say_when_and_what_came_of_them(desk, registers):
    page = listed(desk, "import")
    assert page.text.count("Nov. 12, 2026") >= 3 or page.text.count("November 12, 2026") >= 3
    one = Import.objects.get(register="cra")
    assert (
        "cra-listing-sample.txt"
        in desk.get(reverse("admin:registers_import_change", args=[one.pk])).text
    )


def test_who_is_no_staff_of_qualification_reads_nothing(desk, registers):
    fulfilment = UserFactory(is_staff=True)
    fulfilment.groups.add(Group.objects.get(name="fulfilment"))
    desk.force_login(fulfilment)
    assert listed(desk, "charity").status_code == 403
