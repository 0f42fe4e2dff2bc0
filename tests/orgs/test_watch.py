"""orgs/watch.py: a later revocation in a register is told once, looked at, and closed."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from mail.models import Message
from orgs import staff, watch
from orgs.models import Organization, RegisterAlert
from registers.models import Charity, Corporation
from tests.conftest import at_once
from tests.factories import ApplicationFactory, MembershipFactory, OrganizationFactory, UserFactory
from tests.registers.conftest import DAY, charity, listing

NEXT = DAY + timedelta(days=7)
LATER = NEXT + timedelta(days=7)
BN = "000000018RR0001"


@pytest.fixture
def week(tmp_path, db, reviewer):
    """Read the list of a week, as `manage.py import_registry` does."""

    def read(*lines, day=DAY):
        file = listing(tmp_path / "list.txt", *lines, charity(bn="000000174RR0001", name="OTHER"))
        call_command("import_registry", "cra", str(file), "--as-of", day.isoformat(), verbosity=0)

    return read


@pytest.fixture
def maison(week):
    """A qualified charity that the register lists, with its administrator."""
    week(charity(bn=BN, name="MAISON"))
    owner = MembershipFactory(organization__bn=BN, organization__legal_name="Maison")
    return owner.organization


@pytest.fixture
def alert(week, maison):
    week(charity(bn=BN, name="MAISON", status="Revoked-Audited", since="2026-11-15"), day=NEXT)
    return RegisterAlert.objects.get()


def letters(kind):
    return Message.objects.filter(kind=f"orgs/{kind}")


def test_a_revocation_opens_an_alert_and_tells_members_and_staff(alert, maison, reviewer):
    assert (alert.organization, alert.entry, alert.what, alert.said) == (
        maison,
        BN,
        "status",
        "Revoked-Audited",
    )
    assert (alert.on.isoformat(), alert.read_on) == ("2026-11-15", NEXT)
    owner = maison.memberships.get().user
    assert {m.to[0] for m in letters("register_alert")} == {owner.email, maison.email}
    told = letters("register_alert").get(to=[owner.email])
    assert "Revoked after an audit, since November 15, 2026" in told.text
    [work] = letters("register_alert_staff")
    assert work.to == [reviewer.email]
    assert f"/admin/orgs/registeralert/{alert.pk}/change/" in work.text
    assert Entry.objects.about(alert).get().action == "registeralert.open"


def test_the_same_file_again_tells_nothing_again(alert, week):
    before = Message.objects.count()
    week(charity(bn=BN, name="MAISON", status="Revoked-Audited", since="2026-11-15"), day=NEXT)
    street = charity(
        bn=BN, name="MAISON", status="Revoked-Audited", since="2026-11-15", street="1 RUE NEUVE"
    )
    week(street, day=LATER)
    assert watch.look() == (0, 0)
    assert RegisterAlert.objects.count() == 1
    assert Message.objects.count() == before


def test_an_entry_that_vanishes_opens_an_alert_and_its_return_clears_it(maison, week):
    week(day=NEXT)
    alert = RegisterAlert.objects.get()
    assert (alert.what, alert.on) == ("vanished", NEXT)
    assert "does not list Maison (000000018RR0001) any more" in letters("register_alert")[0].text

    week(charity(bn=BN, name="MAISON"), day=LATER)
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by) == ("cleared", None)
    assert letters("register_cleared").count() == 2

    week(day=LATER + timedelta(days=7))
    assert RegisterAlert.objects.open().count() == 1
    assert RegisterAlert.objects.count() == 2


def test_a_correction_that_is_taken_back_opens_the_alert_again(alert, week):
    week(charity(bn=BN, name="MAISON"), day=LATER)
    week(
        charity(bn=BN, name="MAISON", status="Revoked-Audited", since="2026-11-15"),
        day=LATER + timedelta(days=7),
    )
    alert.refresh_from_db()
    assert (alert.status, alert.closed_at) == ("open", None)
    assert letters("register_alert").count() == 4, "both readers, twice"


@pytest.mark.parametrize(
    "changes",
    [
        {"suspended_on": DAY},
        {"closed_on": DAY},
        {"qualified_since": None, "qualified_until": None},
        {"bn": "000000430RR0001"},
    ],
)
def test_only_who_is_qualified_and_has_the_number_is_concerned(maison, week, changes):
    Organization.objects.filter(pk=maison.pk).update(**changes)
    week(charity(bn=BN, name="MAISON", status="Annulled"), day=NEXT)
    assert not RegisterAlert.objects.exists()


def test_what_staff_knew_when_they_decided_is_no_news(maison, week):
    week(charity(bn=BN, name="MAISON", status="Revoked-Other"), day=DAY)
    RegisterAlert.objects.all().delete()
    ApplicationFactory(
        organization=maison,
        status="qualified",
        decided_at=timezone.make_aware(timezone.datetime(2026, 11, 20)),
    )
    assert watch.look() == (0, 0)


def test_a_corporation_that_is_not_active_any_more_opens_an_alert(db, reviewer):
    Corporation.objects.create(
        number="9900002-9",
        name="Rivers",
        status="Active",
        first_read_on=DAY,
        changed_on=DAY,
        vanished_on=NEXT,
    )
    OrganizationFactory(corporation_number="9900002-9", kind="nonprofit")
    assert watch.look() == (1, 0)
    assert RegisterAlert.objects.get().register == "corporations"


def test_staff_suspend_and_the_members_read_why(alert, maison, reviewer):
    watch.suspend(alert.pk, by=reviewer, reason="The registration was revoked.")
    maison.refresh_from_db()
    assert maison.suspended_on is not None
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by) == ("suspended", reviewer)
    assert "The registration was revoked." in letters("suspended")[0].text


def test_staff_dismiss_for_a_reason_and_nothing_changes(alert, maison, reviewer):
    with pytest.raises(ValidationError, match="Write the reason"):
        watch.dismiss(alert.pk, by=reviewer, reason="  ")
    watch.dismiss(alert.pk, by=reviewer, reason="A mistake of the register, see the letter.")
    maison.refresh_from_db()
    assert maison.suspended_on is None
    assert watch.look() == (0, 0)
    assert RegisterAlert.objects.get().status == "dismissed"


def test_a_member_does_not_decide_about_its_own_organization(alert, maison, reviewer):
    MembershipFactory(organization=maison, user=reviewer)
    with pytest.raises(ValidationError, match="a colleague has to decide"):
        watch.suspend(alert.pk, by=reviewer, reason="Because.")
    assert RegisterAlert.objects.get().is_open


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_staff_at_once_one_closes_it_and_the_other_is_told_who(alert):
    staff.ensure_groups()
    one, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
    results = at_once(
        lambda: watch.dismiss(alert.pk, by=one, reason="Right."),
        lambda: watch.suspend(alert.pk, by=other, reason="Wrong."),
    )
    assert sorted(type(r).__name__ for r in results) == ["RegisterAlert", "ValidationError"]
    [refusal] = [r for r in results if isinstance(r, ValidationError)]
    assert "closed this on" in str(refusal)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_close_it(alert, monkeypatch):
    """Shows that the test above can fail: it makes both threads meet."""
    meet = threading.Barrier(2)

    def unlocked(pk):
        found = RegisterAlert.objects.get(pk=pk)
        meet.wait()
        return found

    monkeypatch.setattr(watch, "lock", unlocked)
    one, other = UserFactory(is_staff=True), UserFactory(is_staff=True)
    results = at_once(
        lambda: watch.dismiss(alert.pk, by=one, reason="Right."),
        lambda: watch.dismiss(alert.pk, by=other, reason="Wrong."),
    )
    assert [type(r).__name__ for r in results] == ["RegisterAlert", "RegisterAlert"]


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_tell_once(maison):
    Charity.objects.filter(bn=BN).update(status="Annulled", changed_on=NEXT)
    at_once(watch.look, watch.look)
    assert RegisterAlert.objects.count() == 1
    assert letters("register_alert").count() == 2


@pytest.fixture
def desk(client, reviewer, settings):
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_queue_and_the_page_show_what_is_to_be_done(
    desk, alert, maison, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        assert "Maison" in desk.get(reverse("admin:orgs_registeralert_changelist")).text
    with django_assert_max_num_queries(12):
        page = desk.get(reverse("admin:orgs_registeralert_change", args=[alert.pk]))
    for words in ("Revoked after an audit", "Public registers", "Suspend the organization"):
        assert words in page.text


def test_the_desk_dismisses_and_a_refusal_keeps_what_was_typed(desk, alert):
    url = reverse("admin:orgs_registeralert_act", args=[alert.pk])
    page = desk.post(url, {"act": "dismiss", "reason": " "})
    assert (page.status_code, "Write the reason." in page.text) == (409, True)
    assert desk.post(url, {"act": "dismiss", "reason": "Known."}).status_code == 302
    page = desk.post(url, {"act": "suspend", "reason": "Too late."})
    assert page.status_code == 409
    assert "Quinn Arsenault closed this on" in page.text
    queue = reverse("admin:orgs_registeralert_changelist")
    assert "Maison" not in desk.get(queue).text
    assert "Maison" in desk.get(queue, {"status__exact": "dismissed"}).text


def test_who_may_not_work_on_alerts_sees_none(desk, alert):
    desk.force_login(UserFactory(is_staff=True))
    for name, args in (("changelist", []), ("change", [alert.pk]), ("act", [alert.pk])):
        url = reverse(f"admin:orgs_registeralert_{name}", args=args)
        answer = desk.post(url, {}) if name == "act" else desk.get(url)
        assert answer.status_code in {302, 403}
    assert RegisterAlert.objects.get().is_open
