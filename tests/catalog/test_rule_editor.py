"""The rule editor in the admin: criteria by form, previews, the effect, publishing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog import publishing
from catalog.explaining import in_words
from catalog.models import RuleDraft
from orgs.days import today
from tests.factories import ActivityFactory, OrganizationFactory, ProgramFactory, staff_with

BUDGET = {"fact": "budget", "max": 1_400_000, "unless": "secular_arm"}
SCHOOLS = {"fact": "activities", "none_of": ["school"]}
ALL = [
    {"fact": "kind", "in": ["charity", "library"]},
    {"fact": "province", "in": ["ON", "QC"]},
    SCHOOLS,
    BUDGET,
    {"fact": "staff", "min": 1, "max": 50},
    {"fact": "qualified_months", "min": 6},
]


@pytest.fixture
def draft(fay):
    ActivityFactory(code="school")
    return publishing.begin(ProgramFactory(criteria=[]), by=fay)


def page_of(draft, name="edit"):
    return reverse(f"admin:catalog_ruledraft_{name}", args=[draft.pk])


def sent(draft, *rows, **others):
    """What the editor's form sends, with a row a criterion."""
    data = {
        "edition": draft.edition,
        "effective": str(today() + timedelta(days=3)),
        "grace_days": 10,
        "note_fr": "Les écoles sont exclues.",
        "note_en": "Schools are excluded.",
        "criteria-TOTAL_FORMS": len(rows),
        "criteria-INITIAL_FORMS": 0,
    }
    for place, row in enumerate(rows):
        kept = {"ORDER": place + 1} | {k: v for k, v in row.items() if k not in ("any_of", "in")}
        for comparison in ("any_of", "none_of", "in"):
            if comparison in row:
                kept["values"] = row[comparison]
                kept["comparison"] = comparison
        kept.pop("none_of", None)
        data |= {f"criteria-{place}-{name}": value for name, value in kept.items()}
    return data | others


def test_every_kind_of_criterion_is_written_by_form(as_fay, draft):
    assert as_fay.post(page_of(draft), sent(draft, *ALL)).status_code == 302
    draft.refresh_from_db()
    assert draft.criteria == ALL
    assert draft.grace_days == 10


def test_the_form_shows_what_a_draft_says_and_saves_it_unchanged(as_fay, draft):
    as_fay.post(page_of(draft), sent(draft, *ALL))
    draft.refresh_from_db()
    page = as_fay.get(page_of(draft))
    form = page.context["rows"]
    assert [row.about for row in form] == [row["fact"] for row in ALL]
    assert 'value="1400000"' in page.text
    edition = draft.edition
    as_fay.post(page_of(draft), sent(draft, *ALL))
    draft.refresh_from_db()
    assert (draft.criteria, draft.edition) == (ALL, edition)


def test_rules_are_read_in_both_languages_before_they_are_published(as_fay, draft):
    as_fay.post(page_of(draft), sent(draft, {"fact": "kind", "in": ["charity"]}))
    page = as_fay.get(page_of(draft))
    assert "This program is for registered charities." in page.text
    assert "aux organismes de ce type\u00a0: organismes de bienfaisance." in page.text


def test_a_criterion_is_added_without_losing_what_was_typed(as_fay, draft):
    typed = sent(draft, {"fact": "staff", "min": 7}, note_en="Half a sent", add="budget")
    page = as_fay.post(page_of(draft), typed)
    assert page.status_code == 200
    assert [row.about for row in page.context["rows"]] == ["staff", "budget"]
    assert "Half a sent" in page.text
    draft.refresh_from_db()
    assert draft.criteria == []


def test_every_fault_is_shown_at_once_and_nothing_is_saved(as_fay, draft):
    rows = (
        {"fact": "kind", "in": []},
        {"fact": "budget", "min": 10, "max": 5},
        {"fact": "staff"},
        {"fact": "qualified_months", "min": "many"},
    )
    page = as_fay.post(page_of(draft), sent(draft, *rows, effective="soon"))
    assert page.status_code == 409
    for fault in (
        "Choose at least one.",
        "This is less than the least.",
        "Enter the least, the most, or both.",
        "Enter a number.",
        "Enter a valid date.",
    ):
        assert fault in page.text
    draft.refresh_from_db()
    assert draft.criteria == []


def test_criteria_are_taken_out_and_put_in_another_order(as_fay, draft):
    rows = [SCHOOLS, BUDGET | {"DELETE": "on"}, {"fact": "staff", "max": 5, "ORDER": 0}]
    as_fay.post(page_of(draft), sent(draft, *rows))
    draft.refresh_from_db()
    assert draft.criteria == [{"fact": "staff", "max": 5}, SCHOOLS]


def test_the_editor_marks_what_differs_whatever_the_order_of_lists(as_fay, db, fay):
    rules = [{"fact": "province", "in": ["QC", "ON"]}, BUDGET]
    draft = publishing.begin(ProgramFactory(criteria=rules), by=fay)
    as_fay.post(page_of(draft), sent(draft, {"fact": "province", "in": ["ON", "QC"]}))

    page = as_fay.get(page_of(draft)).text

    assert page.count("<del>") == 2 and "<ins>" not in page  # the budget, in two languages


def test_the_effect_is_shown_exported_and_published(as_fay, draft):
    gone = OrganizationFactory(legal_name="=École du Lac", activities=["school"])
    OrganizationFactory()
    as_fay.post(page_of(draft), sent(draft, SCHOOLS))
    draft.refresh_from_db()

    page = as_fay.get(page_of(draft, "effect"))
    assert "1 organization loses it." in page.text and str(gone.number) in page.text
    rows = b"".join(as_fay.get(page_of(draft, "export")).streaming_content).decode()
    assert f"{gone.number},'=École du Lac,charity" in rows and rows.count("\n") == 2

    done = as_fay.post(page_of(draft, "effect"), {"edition": draft.edition}, follow=True)
    assert f"hold from {in_words(today() + timedelta(days=3))}" in done.text
    assert draft.program.versions.latest("effective").criteria == [SCHOOLS]


def test_without_days_of_grace_carts_are_said_to_follow_the_new_rules(as_fay, draft):
    as_fay.post(page_of(draft), sent(draft, SCHOOLS, grace_days=0))
    page = as_fay.get(page_of(draft, "effect")).content.decode()

    assert "What is in a cart then has to meet them too." in page
    assert "days more" not in page


def test_what_is_published_for_later_is_withdrawn_with_a_reason(as_fay, draft):
    as_fay.post(page_of(draft), sent(draft, SCHOOLS))
    draft.refresh_from_db()
    effect = page_of(draft, "effect")
    as_fay.post(effect, {"edition": draft.edition})

    refused = as_fay.post(effect, {"withdraw": "yes", "reason": ""})
    assert refused.status_code == 409 and "Say why the rules are withdrawn" in refused.text
    done = as_fay.post(effect, {"withdraw": "yes", "reason": "Not signed."}, follow=True)

    assert "The rules before these go on." in done.text and "Withdraw these" not in done.text
    assert "0 of 0 organizations told." in done.text
    assert [row.criteria for row in draft.program.versions.all()] == [[]]


def test_a_refused_publication_says_every_reason(as_fay, draft):
    page = as_fay.post(page_of(draft, "effect"), {"edition": draft.edition})
    assert page.status_code == 409
    assert "Choose the day" in page.text and "nothing would change" in page.text
    assert draft.program.versions.count() == 1


def test_a_draft_is_begun_from_the_list_and_discarded(as_fay, draft):
    begin = reverse("admin:catalog_ruledraft_begin")
    assert as_fay.get(begin).status_code == 405
    page = as_fay.post(begin, {"program": draft.program.pk})
    other = RuleDraft.objects.exclude(pk=draft.pk).get()
    assert page.url == page_of(other)
    as_fay.post(page_of(other), {"discard": "1"})
    other.refresh_from_db()
    assert other.status == RuleDraft.Status.DISCARDED
    assert as_fay.get(reverse("admin:catalog_ruledraft_changelist")).status_code == 200


@pytest.mark.parametrize("name", ["edit", "effect", "export"])
def test_who_may_only_look_changes_nothing_and_others_see_nothing(client, draft, name):
    looks, other = staff_with("view_ruledraft"), staff_with("view_product")
    for person, answer in ((looks, 200), (other, 403)):
        as_them = Client()
        as_them.force_login(person)
        assert as_them.get(page_of(draft, name)).status_code == answer
        if name != "export":
            assert as_them.post(page_of(draft, name), sent(draft, BUDGET)).status_code == 403
    assert Client().get(page_of(draft, name)).status_code == 302
    draft.refresh_from_db()
    assert (draft.criteria, draft.status) == ([], "draft")


def test_the_pages_take_few_queries(as_fay, draft, django_assert_max_num_queries):
    as_fay.get(page_of(draft))
    for name in ("edit", "effect"):
        with django_assert_max_num_queries(12):
            as_fay.get(page_of(draft, name))
