from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group
from django.utils import timezone, translation

from mail.models import Message
from orgs import cases, staff
from portal import work
from tests.factories import (
    ApplicationFactory,
    ChangeRequestFactory,
    OrderFactory,
    UserFactory,
)


@pytest.fixture
def quinn(db):
    staff.ensure_groups()
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="qualification"))
    return person


@pytest.fixture
def desk(client, quinn):
    client.force_login(quinn)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def counts(user):
    return {str(one.label): (one.count, one.days) for one in work.waiting(user)}


def test_each_queue_says_how_many_and_since_when(quinn):
    sent = timezone.now() - timedelta(days=3)
    ApplicationFactory(status="submitted", submitted_at=sent, due_on=sent.date())
    ApplicationFactory(status="submitted", submitted_at=timezone.now())
    found = counts(quinn)
    assert found["Waits for us"] == (2, 3)
    assert found["Late"] == (1, 3)
    assert found["E-mails that were given up"] == (0, None)


def test_all_queues_are_one_query(quinn, django_assert_num_queries):
    quinn.has_perm("orgs.view_application")  # the rights are read once a request
    with django_assert_num_queries(1):
        work.waiting(quinn)


def test_a_queue_that_is_not_ones_own_is_not_shown(quinn):
    OrderFactory(status="paid_unallocated", paid_at=timezone.now())
    assert "Orders that are paid, and the goods are gone" not in counts(quinn)
    root = UserFactory(is_staff=True, is_superuser=True)
    assert counts(root)["Orders that are paid, and the goods are gone"] == (1, 0)


def test_every_queue_leads_to_a_list_that_opens(client, db):
    root = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(root)
    for one in work.waiting(root):
        assert client.get(one.url).status_code == 200, one.url
    assert len({queue.code for queue in work.QUEUES}) == len(work.QUEUES)


def test_the_desk_begins_with_work_today(desk, quinn, django_assert_max_num_queries):
    own = ApplicationFactory(status="in_review", claimed_by=quinn, due_on=timezone.localdate())
    dead = {"dead_at": timezone.now(), "to": ["a@b.example"], "language": "fr", "key": "k"}
    Message.objects.create(**dead)
    with django_assert_max_num_queries(12):
        page = desk.get("/admin/")
    for words in ("Work today", "Waits for us", f"D-{own.pk}", "E-mails that were given up"):
        assert words in page.text
    assert "(today)" in page.text


def test_staff_without_a_group_are_told(client, db):
    client.force_login(UserFactory(is_staff=True))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert "No queue is yours" in client.get("/admin/").text


def test_what_members_ask_to_change_or_to_know_is_work(quinn):
    change = ChangeRequestFactory()
    cases.start(change.organization, by=change.sent_by, topic="other", subject="?", text="?")
    found = counts(quinn)
    assert found["Change requests to decide"] == (1, 0)
    assert found["Messages of members to answer"] == (1, 0)


@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("Membership", "user", "personne"),
        ("Membership", "role", "rôle"),
        ("Claim", "claimant", "demandeur"),
        ("Invitation", "inviter", "invitée par"),
        ("JoinRequest", "organization", "organisme"),
        ("BranchLetter", "above", "organisme principal"),
    ],
)
def test_a_list_names_its_columns_in_french(name, column, words):
    model = apps.get_model("orgs", name)
    with translation.override("fr"):
        assert label_for_field(column, model, admin.site.get_model_admin(model)) == words


def test_two_kinds_of_requests_have_two_names():
    with translation.override("fr"):
        names = {
            str(apps.get_model("orgs", m)._meta.verbose_name) for m in ("Claim", "JoinRequest")
        }
    assert len(names) == 2
