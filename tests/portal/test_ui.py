"""Money, dates, chips and the other language, as templates write them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from portal.templatetags import ui


@pytest.mark.parametrize(
    ("language", "amount", "words"),
    [
        ("fr", Decimal(45), "45,00\u00a0$"),
        ("fr", Decimal("1234.5"), "1\u00a0234,50\u00a0$"),
        ("fr", Decimal(-3), "\u22123,00\u00a0$"),
        ("en", Decimal("1234.5"), "$1,234.50"),
        ("en", Decimal(-3), "\u2212$3.00"),
        ("en", None, ""),
    ],
)
def test_an_amount_is_written_as_the_language_writes_it(language, amount, words):
    with translation.override(language):
        assert ui.money(amount) == words


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", date(2028, 3, 1), '<time datetime="2028-03-01">1er mars 2028</time>'),
        ("fr", date(2028, 3, 12), '<time datetime="2028-03-12">12 mars 2028</time>'),
        ("en", date(2028, 3, 1), '<time datetime="2028-03-01">March 1, 2028</time>'),
    ],
)
def test_a_day_is_written_in_words(language, day, words):
    with translation.override(language):
        assert ui.day(day) == words


def test_a_moment_is_told_in_the_readers_zone():
    late = datetime(2026, 11, 13, 3, 5, tzinfo=UTC)  # still the 12th in Toronto
    with translation.override("fr"):
        assert "12 novembre 2026, 22\u00a0h\u00a005" in ui.moment(late)
        assert "12 novembre 2026" in ui.day(late)


def test_a_chip_has_a_word_and_a_shape():
    assert ui.status_chip("ok", "<Eligible>") == '<span class="chip ok">&lt;Eligible&gt;</span>'
    with pytest.raises(TemplateSyntaxError):
        ui.status_chip("purple", "Eligible")


def test_the_language_switch_leads_to_the_same_page_with_its_query(rf):
    request = rf.get("/en/help/?q=licences")
    assert ui.switch_url(Context({"request": request}), "fr") == "/fr/help/?q=licences"


def test_the_language_switch_of_an_unknown_page_leads_home(rf):
    assert ui.switch_url(Context({"request": rf.get("/nothing/")}), "fr") == "/fr/"


def test_a_captured_block_can_be_asked_whether_it_is_empty():
    page = Template(
        "{% load ui %}{% capture as x %}  {% endcapture %}[{{ x }}]{% if x %}!{% endif %}"
    )
    assert page.render(Context()) == "[]"


class Answers(forms.Form):
    """One field of each kind that the pack treats differently."""

    name = forms.CharField(help_text="As on the letters patent.")
    note = forms.CharField(required=False, widget=forms.TextInput(attrs={"placeholder": "Note"}))
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    letter = forms.FileField(help_text="PDF.", widget=forms.ClearableFileInput)
    agrees = forms.BooleanField(label="I agree")


def rendered(form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": form}))


def test_a_field_is_tied_to_its_hint_and_its_error():
    page = rendered(Answers({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'aria-describedby="id_letter_helptext id_letter_error"' in page
    assert page.index('id="id_name_error"') < page.index('name="name"')
    assert page.count('aria-invalid="true"') >= 4


def test_the_errors_are_listed_first_and_lead_to_their_fields():
    page = rendered(Answers({}))
    assert page.index("There is a problem") < page.index('name="name"')
    assert '<a href="#id_name">Name: This field is required.</a>' in page
    assert '<a href="#id_kind_0">' in page  # a group is reached by its first button
    assert "autofocus" in page


def test_what_is_optional_says_so_and_nothing_wears_an_asterisk():
    page = rendered(Answers())
    assert page.count("(optional)") == 1
    assert "*" not in page
    assert "placeholder" not in page


def test_a_group_of_buttons_is_a_fieldset_and_a_single_box_is_not():
    page = rendered(Answers())
    assert page.count("<fieldset") == 1
    assert re.search(r"<legend>Kind\s*</legend>", page)
    assert re.search(r'<label for="id_agrees">I agree\s*</label>', page)


@pytest.mark.parametrize(("language", "order"), [("fr", "<input<span"), ("en", "<span<input")])
def test_the_dollar_stands_where_the_language_puts_it(language, order):
    form = Answers()
    form.fields["name"].unit = "$"
    with translation.override(language):
        page = rendered(form)
    part = page[page.index('class="affix"') : page.index("id_note_field")]
    first, second = sorted(["<input", "<span"], key=part.index)
    assert first + second == order
