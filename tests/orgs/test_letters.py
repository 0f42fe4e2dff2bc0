"""The e-mails of a qualification's life: readable alone, in both languages, with one way on."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.languages import in_both
from mail.models import Message
from orgs.emails import applications, standing
from orgs.models import Inquiry
from tests.factories import ApplicationFactory, MembershipFactory, OrganizationFactory, UserFactory

WHY = in_both(fr="Parce que & voilà.", en="Because & so.")


@pytest.fixture(params=["fr", "en"])
def language(request):
    return request.param


@pytest.fixture
def org(db, language):
    org = OrganizationFactory(
        language=language,
        legal_name="Maison d’entraide & d’accueil",
        qualified_until=date(2036, 3, 1),
        suspended_on=date(2026, 3, 1),
        closed_on=date(2026, 3, 1),
    )
    MembershipFactory(organization=org, user=UserFactory(language=language))
    return org


def application(org, **fields):
    return ApplicationFactory(organization=org, due_on=date(2026, 3, 1), **fields)


def inquiry(org):
    return Inquiry.objects.create(application=application(org), question="Page 2 & 3?")


def changed(deed):
    return lambda org: standing.changed(org, deed, reason=WHY, key=deed)


def soon():
    return timezone.now() + timedelta(days=5)


# {kind: (what tells it, where its button leads)}
TELL = {
    "suspended": (changed("suspended"), "dashboard"),
    "reinstated": (changed("reinstated"), "dashboard"),
    "closed": (changed("closed"), "dashboard"),
    "reopened": (changed("reopened"), "dashboard"),
    "ends": (lambda org: standing.ends(org, stage=30, days=29), "orgs:renew"),
    "ended": (standing.ended, "orgs:renew"),
    "late": (lambda org: applications.late(application(org)), "dashboard"),
    "received": (lambda org: applications.received(application(org)), "dashboard"),
    "question": (lambda org: applications.question(inquiry(org)), "orgs:answer"),
    "reminder": (lambda org: applications.reminder(inquiry(org), days=5), "orgs:answer"),
    "declined": (
        lambda org: applications.declined(application(org, status="declined", reason="A & B")),
        "orgs:application",
    ),
    "draft_waits": (
        lambda org: applications.draft_waits(application(org), days=7, until=soon()),
        "orgs:tasks",
    ),
    "draft_ends": (lambda org: applications.draft_ends(application(org), on=soon()), "orgs:tasks"),
}


@pytest.mark.parametrize("kind", TELL)
def test_it_says_what_happened_and_where_to_go_on(org, language, kind):
    tell, page = TELL[kind]
    tell(org)
    messages = list(Message.objects.filter(kind=f"orgs/{kind}"))
    assert {m.language for m in messages} == {language}
    message = messages[0]
    assert len(message.subject) <= 78
    with translation.override(language):
        args = [org.number]
        if page == "orgs:answer":
            args.append(Inquiry.objects.get().pk)
        path = reverse(page, args=args)
    for body in (message.text, message.html):
        assert path in body
        assert "{{" not in body
        assert "{%" not in body
    assert org.legal_name in message.text
    for entity in ("<", "&#", "&amp;"):
        assert entity not in message.text


@pytest.mark.parametrize("kind", ["suspended", "reinstated", "closed", "reopened"])
def test_each_reads_why_in_their_language(org, language, kind):
    TELL[kind][0](org)
    expected = {"fr": "Parce que & voilà.", "en": "Because & so."}[language]
    assert expected in Message.objects.first().text


@pytest.mark.parametrize("kind", TELL)
def test_told_twice_is_sent_once(org, kind, monkeypatch):
    tell = TELL[kind][0]
    made = application(org)
    asked = Inquiry.objects.create(application=made, question="?")
    monkeypatch.setattr(f"{__name__}.application", lambda *_args, **_fields: made)
    monkeypatch.setattr(f"{__name__}.inquiry", lambda *_args: asked)
    tell(org)
    count = Message.objects.count()
    tell(org)
    assert Message.objects.count() == count > 0


def test_a_draft_writes_to_its_people_only(org):
    TELL["draft_waits"][0](org)
    assert {a for m in Message.objects.all() for a in m.to} == {org.memberships.get().user.email}
