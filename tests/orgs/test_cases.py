import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.moves import IllegalMove, move
from mail.models import Message
from orgs import cases
from orgs.days import today
from orgs.models import Case
from tests.factories import MembershipFactory
from tests.orgs.conftest import pdf


@pytest.fixture
def case(owner) -> Case:
    found = cases.start(
        owner.organization, by=owner.user, topic="order", subject="Order 10001", text="Where is it?"
    )
    return Case.objects.get(pk=found.pk)


@pytest.fixture
def desk(client, reviewer, settings):
    settings.DEBUG = True  # else a second factor is asked for first
    client.force_login(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def at(name, case, *more):
    return reverse(f"orgs:{name}", args=[case.organization.number, *more])


def act(client, case, what, **typed):
    case.refresh_from_db()
    url = reverse("admin:orgs_case_act", args=[case.pk])
    return client.post(url, {"act": what, "version": case.version} | typed)


def test_it_has_a_reference_and_a_day(case, owner):
    assert (case.status, case.due_on > today()) == ("waiting_us", True)
    letter = Message.objects.get(kind="orgs/case_received")
    assert letter.to == [owner.user.email]
    assert f"C-{case.pk}" in letter.subject


def test_an_answer_goes_to_who_asked_and_a_new_message_starts_the_clock(case, owner, reviewer):
    cases.answer(case.pk, by=reviewer, text="On its way.", version=case.version)
    case.refresh_from_db()
    assert (case.status, case.claimed_by) == ("waiting_them", reviewer)
    letter = Message.objects.get(kind="orgs/case_answered")
    assert letter.subject == f"Re: Order 10001 [C-{case.pk}]"
    assert "On its way." in letter.text
    Case.objects.update(due_on=today())
    cases.reply(case, by=owner.user, text="Thank you, and?", files=[pdf()])
    case.refresh_from_db()
    assert (case.status, case.due_on > today()) == ("waiting_us", True)


def test_an_answer_to_what_was_not_read_is_refused(case, owner, reviewer):
    cases.reply(case, by=owner.user, text="Found it.")
    with pytest.raises(ValidationError, match="was written since"):
        cases.answer(case.pk, by=reviewer, text="Late.", version=case.version)
    assert not Message.objects.filter(kind="orgs/case_answered").exists()


def test_closed_is_closed_once_and_a_message_opens_it_again(case, owner):
    for _ in range(2):
        cases.close(case.pk, by=owner.user)
    cases.reply(case, by=owner.user, text="One more thing.")
    case.refresh_from_db()
    assert case.status == "waiting_us"


def test_ten_at_a_time(owner, case):
    for n in range(9):
        cases.start(owner.organization, by=owner.user, topic="other", subject=str(n), text="?")
    with pytest.raises(ValidationError, match="10 messages"):
        cases.start(owner.organization, by=owner.user, topic="other", subject="11", text="?")


def test_a_member_writes_and_reads_the_thread(as_member, owner):
    new = reverse("orgs:open_case", args=[owner.organization.number])
    assert 'value="Order 7"' in as_member.get(new, {"subject": "Order 7"}).text
    typed = {"topic": "order", "subject": "Order 7", "text": "Where?", "papers": [pdf("a.pdf")]}
    refused = as_member.post(new, typed | {"papers": [pdf("b.exe", b"MZ")]})
    assert (refused.status_code, "Where?" in refused.text) == (422, True)
    page = as_member.post(new, typed, follow=True)
    for words in ("We have your message", "Where?", "a.pdf", "With our staff"):
        assert words in page.text
    case = Case.objects.get()
    paper = case.messages.get().files.get().document
    assert as_member.get(at("case_file", case, case.pk, paper.pk)).status_code == 200
    assert "And?" in as_member.post(at("case", case, case.pk), {"text": "And?"}, follow=True).text
    assert "closed" in as_member.post(at("close_case", case, case.pk), follow=True).text


def test_colleagues_read_their_own_and_administrators_all(client, case, as_member):
    buyer = MembershipFactory(organization=case.organization, role_code="buyer")
    own = cases.start(case.organization, by=buyer.user, topic="other", subject="Mine", text="?")
    assert "Mine" in as_member.get(at("cases", case)).text
    client.force_login(buyer.user)
    page = client.get(at("cases", case)).text
    assert ("Mine" in page, "Order 10001" in page) == (True, False)
    assert client.get(at("case", case, case.pk)).status_code == 404
    assert client.get(at("case", case, own.pk)).status_code == 200


def test_staff_answer_on_the_thread(desk, case, reviewer, django_assert_max_num_queries):
    queue = reverse("admin:orgs_case_changelist")
    with django_assert_max_num_queries(12):
        assert "Order 10001" in desk.get(queue).text
    with django_assert_max_num_queries(12):
        page = desk.get(reverse("admin:orgs_case_thread", args=[case.pk])).text
    assert "Where is it?" in page
    act(desk, case, "claim")
    assert act(desk, case, "answer").status_code == 409
    late = act(desk, case, "answer", version=0, text="My long answer.")
    assert (late.status_code, "My long answer." in late.text) == (409, True)
    act(desk, case, "answer", text="It left on Monday.")
    case.refresh_from_db()
    assert (case.status, case.claimed_by) == ("waiting_them", reviewer)
    assert "Order 10001" not in desk.get(queue).text


def test_what_is_answered_is_not_answered_by_nobody(case, db):
    with pytest.raises((IllegalMove, RuntimeError)):
        move(case, Case.Status.WAITING_US, by=None)
