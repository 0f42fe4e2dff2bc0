import pytest
from django.urls import reverse
from django.utils import timezone

from mail import outbox
from mail.models import Message
from orgs import changes, deciding, licence_address, qualification
from orgs.fieldclasses import SUBJECTS
from portal import letters, securitylog
from tests.factories import (
    ApplicationFactory,
    MembershipFactory,
    OrganizationFactory,
    UserFactory,
)
from tokens.issue import issue


def letter(org, kind, to, key):
    return outbox.post(
        kind, to=[to], language="en", key=key, subject=f"About {key}", text=f"Text of {key}",
        html="", about=str(org.number),
    )  # fmt: skip


@pytest.fixture
def org(owner):
    ApplicationFactory(organization=owner.organization, status="qualified")
    return owner.organization


def test_what_is_queued_about_an_organization_knows_it(org, owner):
    issue(org, bearer_name="Noor", bearer_email="noor@example.org", by=owner.user)
    assert Message.objects.get(kind="tokens/created").about == str(org.number)
    assert list(letters.of(owner)) == list(Message.objects.all())


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("owner", {"facts", "order", "token"}),
        ("approver", {"order", "token"}),
        ("viewer", {"order"}),
    ],
)
def test_each_role_reads_its_kinds(org, role, seen):
    member = MembershipFactory(organization=org, role_code=role)
    letter(org, "orgs/qualified", "a@example.org", "facts")
    letter(org, "orders/receipt", "a@example.org", "order")
    letter(org, "tokens/created", "a@example.org", "token")
    letter(org, "orgs/address_confirm", member.user.email, "link")
    letter(OrganizationFactory(), "orders/receipt", member.user.email, "theirs")
    assert {m.key for m in letters.of(member)} == seen


def test_what_was_sent_to_oneself_can_be_read_again(org):
    viewer = MembershipFactory(organization=org, role_code="viewer")
    letter(org, "orgs/question", viewer.user.email, "mine")
    letter(org, "orgs/question", "other@example.org", "other")
    assert {m.key for m in letters.of(viewer)} == {"mine"}


def test_no_letter_with_a_link_that_acts_is_listed(org, owner):
    licence_address.ask(org, by=owner.user, new="new@example.org")
    licence_address.confirm(
        licence_address.emails.link(org.address_changes.get(), licence_address.CONFIRM)
    )
    texts = "".join(m.text for m in letters.of(owner))
    assert "/licence-address/" not in texts
    assert Message.objects.filter(text__contains="/licence-address/").count() == 2


def test_the_pages_show_the_letters_and_their_delivery(
    as_member, org, owner, django_assert_max_num_queries
):
    for n in range(30):
        letter(org, "orders/receipt", "a@example.org", f"order-{n}")
    dead = letter(org, "orgs/qualified", "gone@example.org", "dead")
    Message.objects.filter(pk=dead.pk).update(dead_at=timezone.now())
    url = reverse("messages", args=[org.number])
    with django_assert_max_num_queries(12):
        page = as_member.get(url).text
    for words in ("About order-29", "gone@example.org", "Could not be delivered", "On its way"):
        assert words in page
    assert "About order-0<" in as_member.get(url, {"page": 2}).text
    one = as_member.get(reverse("message", args=[org.number, dead.pk])).text
    assert "Text of dead" in one


@pytest.fixture
def eventful(org, owner, reviewer, settings, tmp_path):
    """Deeds of a member, of staff, and of neighbours."""
    settings.MEDIA_ROOT = tmp_path
    changes.save_free(org, by=owner.user, values={"mission": "We teach."})
    change = changes.send(org, SUBJECTS["staff"], by=owner.user, new={"staff": 9})
    deciding.claim(change.pk, by=reviewer)
    deciding.approve(change.pk, by=reviewer, version=1)
    application = org.applications.get()
    qualification.note(application.pk, by=reviewer, text="They sound nervous.")
    issue(org, bearer_name="Noor", bearer_email="noor@example.org", by=owner.user)
    neighbour = MembershipFactory()
    changes.save_free(neighbour.organization, by=neighbour.user, values={"mission": "Theirs."})
    return org


@pytest.fixture
def reviewer(db):
    return UserFactory(is_staff=True, first_name="Quinn", last_name="Arsenault")


def test_the_security_log_tells_who_did_what(as_member, eventful, django_assert_max_num_queries):
    url = reverse("security_log", args=[eventful.number])
    with django_assert_max_num_queries(12):
        page = as_member.get(url).text
    for words in ("Facts on file changed", "Mission", "Change request approved", "our staff",
                  "Validation token created", "Noor Gagnon"):  # fmt: skip
        assert words in page
    for words in ("nervous", "Quinn", "claimed", "Theirs"):
        assert words not in page
    assert as_member.get(url, {"page": 99}).status_code == 200


def test_the_log_is_for_who_manages_members(client, eventful):
    client.force_login(MembershipFactory(organization=eventful, role_code="approver").user)
    assert client.get(reverse("security_log", args=[eventful.number])).status_code == 403


def test_every_kind_of_subject_is_the_organizations_own(eventful):
    for model, rows in securitylog.subjects(eventful):
        for row in rows:
            owner = row if model.__name__ == "Organization" else row.organization
            assert owner == eventful
