"""orgs/thread.py and the application's page: what was asked, answered and added, with files."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from orgs import durations, qualification, thread, timeline
from orgs.contents import examine_all
from orgs.models import Application, Document, Remark
from tests.factories import ApplicationFactory
from tests.orgs.conftest import PDF, pdf


def another(name, mark=b"2"):
    return pdf(name, PDF + mark)


def fresh(application):
    return Application.objects.get(pk=application.pk)


def ask(application, reviewer, question="Page 2?"):
    version = fresh(application).version
    return qualification.ask(application.pk, question=question, version=version, by=reviewer)


def page_of(application):
    return reverse("orgs:application", args=[application.organization.number])


def remark_of(application):
    return reverse("orgs:remark", args=[application.organization.number, application.pk])


def test_each_answer_keeps_its_own_files(sent, applicant, reviewer):
    first, second = ask(sent, reviewer), ask(sent, reviewer, "Page 3?")
    files = [another("a.pdf", b"a"), another("b.pdf", b"b")]
    qualification.answer(
        second, by=applicant, text="Both.", files=examine_all(files), kind="bylaws"
    )
    qualification.answer(
        first, by=applicant, text="One.", files=examine_all([another("c.pdf", b"c")])
    )
    said = [(p.text, [f.name for f in p.files]) for p in thread.posts(fresh(sent))]
    assert said == [
        ("Page 2?", []),
        ("Page 3?", []),
        ("Both.", ["a.pdf", "b.pdf"]),
        ("One.", ["c.pdf"]),
    ]


def test_of_several_files_all_are_kept_or_none(sent, applicant, reviewer, private_files):
    inquiry, files = ask(sent, reviewer), sorted(private_files.rglob("*"))
    bad = [another("a.pdf"), pdf("b.pdf", b"MZ"), pdf("c.pdf", b"")]
    with pytest.raises(ValidationError) as refusal:
        qualification.answer(inquiry, by=applicant, text="Here.", files=examine_all(bad))
    assert [m.split(" – ")[0] for m in refusal.value.messages] == ["b.pdf", "c.pdf"]
    inquiry.refresh_from_db()
    assert inquiry.answered_at is None
    assert sorted(private_files.rglob("*")) == files


def test_one_too_many_leaves_no_file_behind(sent, applicant, reviewer, private_files, monkeypatch):
    monkeypatch.setattr("orgs.documents.MOST", 2)
    inquiry, before = ask(sent, reviewer), [p for p in private_files.rglob("*") if p.is_file()]
    with pytest.raises(ValidationError, match="2 documents"):
        qualification.answer(
            inquiry,
            by=applicant,
            text="!",
            files=examine_all([another("a.pdf"), another("b.pdf", b"b")]),
        )
    assert [p for p in private_files.rglob("*") if p.is_file()] == before
    assert Document.objects.count() == 1


def test_who_has_not_read_what_was_added_does_not_decide(sent, applicant, reviewer):
    thread.remark(
        sent.pk, by=applicant, words="We moved.", files=examine_all([another("lease.pdf")])
    )
    with pytest.raises(ValidationError, match="has changed since"):
        qualification.qualify(sent.pk, version=sent.version, by=reviewer)
    assert fresh(sent).status == "submitted"
    assert Entry.objects.get(action="application.remarked").note == "We moved."


def test_nothing_is_added_after_the_decision(client, sent, applicant, reviewer):
    qualification.decline(sent.pk, version=sent.version, by=reviewer, reason="No.")
    with pytest.raises(ValidationError, match="decided this application"):
        thread.remark(sent.pk, by=applicant, words="But …")
    client.force_login(applicant)
    page = client.post(remark_of(sent), {"words": "But …"}, follow=True)
    assert "nothing can be added any more" in page.text
    assert not Remark.objects.exists()


def test_the_page_shows_who_has_the_ball_and_all_that_was_said(
    client, sent, applicant, reviewer, django_assert_max_num_queries
):
    inquiry = ask(sent, reviewer)
    thread.remark(
        sent.pk, by=applicant, words="We moved.", files=examine_all([another("lease.pdf")])
    )
    client.force_login(applicant)
    with django_assert_max_num_queries(12):
        page = client.get(page_of(sent))
    for text in ("You have the ball", "Page 2?", "We moved.", "lease.pdf", "our staff"):
        assert text in page.text
    assert reverse("orgs:answer", args=[sent.organization.number, inquiry.pk]) in page.text
    assert str(reviewer) not in page.text, "staff answer as staff"
    qualification.answer(
        inquiry, by=applicant, text="Here.", files=examine_all([another("p2.pdf", b"p")])
    )
    page = client.get(page_of(sent))
    for text in ("Being checked", "Here.", "p2.pdf"):
        assert text in page.text


def test_an_addition_is_sent_in_the_browser(client, sent, applicant):
    client.force_login(applicant)
    papers = [another("a.pdf", b"a"), another("b.pdf", b"b")]
    page = client.post(remark_of(sent), {"words": "", "papers": papers}, follow=True)
    assert "Your addition is with our staff" in page.text
    assert [d.name for d in Remark.objects.get().files.all()] == ["a.pdf", "b.pdf"]
    empty = client.post(remark_of(sent), {"words": " "})
    assert empty.status_code == 422
    assert "Write something, or choose a file" in empty.text


def test_a_bad_paper_keeps_the_words_and_adds_nothing(client, sent, applicant):
    client.force_login(applicant)
    typed = {"words": "See this.", "papers": pdf("x.pdf", b"MZ")}
    page = client.post(remark_of(sent), typed)
    assert page.status_code == 422
    assert "not a PDF" in page.text
    assert "See this." in page.text
    assert not Remark.objects.exists()


def test_an_older_application_stays_readable_and_anothers_is_not_there(
    client, sent, applicant, reviewer, owner
):
    qualification.decline(sent.pk, version=sent.version, by=reviewer, reason="A business.")
    client.force_login(applicant)
    url = reverse("orgs:one_application", args=[sent.organization.number, sent.pk])
    assert "A business." in client.get(url).text
    client.force_login(owner.user)
    url = reverse("orgs:one_application", args=[owner.organization.number, sent.pk])
    assert client.get(url).status_code == 404


def decided(count, *, days):
    for n in range(count):
        ApplicationFactory(
            status="qualified",
            submitted_at=timezone.now() - timedelta(days=days + n),
            decided_at=timezone.now(),
        )


def test_the_usual_duration_is_that_of_the_last_90_days(db):
    decided(9, days=3)
    assert durations.usual() is None, "nine are too few to tell"
    decided(11, days=12)
    ApplicationFactory(
        status="declined",
        submitted_at=timezone.now() - timedelta(days=300),
        decided_at=timezone.now() - timedelta(days=91),
    )
    # 3…11 and 12…22: the tenth and the eighteenth of twenty
    assert durations.usual() == durations.Usual(median=12, most=20)


def test_the_timeline_says_how_long_it_took_others(sent):
    now = next(s for s in timeline.steps(sent, durations.Usual(1, 9)) if s.state == "now")
    assert "half were decided within 1 day, and nine in ten within 9 days" in now.note


def test_both_sides_see_the_same_day_and_where_it_moves(sent, reviewer):
    ask(sent, reviewer)
    step = timeline.steps(fresh(sent))[-1]
    assert "If you answer today, by" in step.note
