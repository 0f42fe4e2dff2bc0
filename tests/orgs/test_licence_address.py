import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from mail.models import Message
from orgs import licence_address
from orgs.emails.licence_address import CONFIRM, UNDO, link
from orgs.models import AddressChange, Organization
from tests.conftest import at_once
from tests.factories import OrderFactory

NEW = "new@maison.example"
OLD = "old@maison.example"


@pytest.fixture
def org(owner) -> Organization:
    Organization.objects.filter(pk=owner.organization.pk).update(email=OLD)
    return Organization.objects.get(pk=owner.organization.pk)


@pytest.fixture
def asked(org, owner) -> AddressChange:
    return licence_address.ask(org, by=owner.user, new=NEW)


def now_at(org):
    return Organization.objects.get(pk=org.pk).email


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def told(kind):
    return {m.to[0] for m in Message.objects.filter(kind=f"orgs/{kind}")}


def test_the_new_address_confirms_and_is_used_48_hours_later(asked, org, owner):
    assert (told("address_confirm"), now_at(org)) == ({NEW}, OLD)
    licence_address.confirm(link(asked, CONFIRM))
    assert told("address_changing") == {OLD}
    assert told("address_confirmed") == {NEW, owner.user.email}
    with later(hours=47):
        assert licence_address.apply_due() == 0
        assert OrderFactory(organization=Organization.objects.get(pk=org.pk)).licence_email == OLD
    with later(hours=49):
        assert licence_address.apply_due() == 1
        assert licence_address.apply_due() == 0
    assert now_at(org) == NEW


def test_what_nobody_confirms_is_never_used(asked, org):
    with later(days=8):
        assert licence_address.apply_due() == 0
        with pytest.raises(ValidationError):
            licence_address.confirm(link(asked, CONFIRM))
    assert now_at(org) == OLD


def test_the_old_address_stops_it_before(asked, org):
    licence_address.confirm(link(asked, CONFIRM))
    licence_address.stop(link(asked, UNDO))
    assert told("address_stopped") == {OLD, NEW}
    with later(hours=49):
        assert licence_address.apply_due() == 0
    for salt in (CONFIRM, UNDO):
        with pytest.raises(ValidationError):
            licence_address.read(link(asked, salt), salt)


def test_the_old_address_takes_it_back_up_to_seven_days_later(asked, org):
    licence_address.confirm(link(asked, CONFIRM))
    token = link(asked, UNDO)
    with later(hours=49):
        licence_address.apply_due()
    with later(days=10), pytest.raises(ValidationError):
        licence_address.stop(token)
    with later(days=8):
        licence_address.stop(token)
    assert now_at(org) == OLD


def test_what_our_staff_wrote_meanwhile_stays(asked, org):
    licence_address.confirm(link(asked, CONFIRM))
    Organization.objects.filter(pk=org.pk).update(email="staff@maison.example")
    with later(hours=49):
        assert licence_address.apply_due() == 0
    assert now_at(org) == "staff@maison.example"
    assert not AddressChange.objects.under_way().exists()


def test_the_links_are_not_each_others(asked):
    with pytest.raises(ValidationError):
        licence_address.stop(link(asked, CONFIRM))
    with pytest.raises(ValidationError):
        licence_address.confirm(link(asked, UNDO))
    with pytest.raises(ValidationError):
        licence_address.confirm("nonsense")


def test_a_second_change_replaces_the_first_and_there_are_few_a_day(asked, org, owner):
    second = licence_address.ask(org, by=owner.user, new="third@maison.example")
    with pytest.raises(ValidationError):
        licence_address.confirm(link(asked, CONFIRM))
    licence_address.confirm(link(second, CONFIRM))
    with pytest.raises(ValidationError, match="already"):
        licence_address.ask(org, by=owner.user, new=OLD.upper())
    for n in range(3):
        licence_address.ask(org, by=owner.user, new=f"n{n}@maison.example")
    with pytest.raises(ValidationError, match="several times"):
        licence_address.ask(org, by=owner.user, new=NEW)


def test_a_link_shows_and_its_button_acts(client, asked, org):
    page = reverse("orgs:confirm_address", args=[link(asked, CONFIRM)])
    assert NEW in client.get(page).text
    assert AddressChange.objects.get().confirmed_at is None
    assert "Thank you" in client.post(page).text
    at = AddressChange.objects.get().confirmed_at
    client.post(page)
    assert AddressChange.objects.get().confirmed_at == at
    stop = re.search(r"/en/licence-address/\S+/stop/", Message.objects.get(to=[OLD]).text)[0]
    assert "Stop the change" in client.get(stop).text
    assert OLD in client.post(stop).text
    assert client.get(stop).status_code == 410


def test_a_member_asks_and_stops_on_the_page(as_member, org):
    page = reverse("orgs:licence_address", args=[org.number])
    assert OLD in as_member.get(page).text
    shown = as_member.post(page, {"email": NEW}, follow=True).text
    assert "Not yet: open the link" in shown
    refused = as_member.post(page, {"email": "no address"})
    assert (refused.status_code, "no address" in refused.text) == (422, True)
    as_member.post(reverse("orgs:cancel_address", args=[org.number]))
    assert not AddressChange.objects.under_way().exists()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_stop_and_the_sweep_leave_the_old_address(asked, org):
    licence_address.confirm(link(asked, CONFIRM))
    AddressChange.objects.update(confirmed_at=timezone.now() - timedelta(hours=49))
    at_once(lambda: licence_address.stop(link(asked, UNDO)), licence_address.apply_due)
    change = AddressChange.objects.get()
    assert change.stopped_at is not None
    assert now_at(org) == OLD
