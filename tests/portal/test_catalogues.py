"""portal/catalogues.py: French is complete, with the same placeholders, and set as in Canada."""

import re

import pytest
from babel.messages.catalog import Catalog

from portal import catalogues


def said(french, *, english="Is it %(name)s?", plural=None):
    """One message with its French, in a catalogue."""
    catalog = Catalog(locale="fr")
    message = catalog.add((english, plural) if plural else english, french)
    message.flags.add("python-format")
    return catalog, message


@pytest.mark.parametrize(
    "french",
    [
        "Est-ce %(name)s ?",
        "Est-ce %(name)s\u00a0?",
        "Un; deux\u202f;",
        "Est-ce : %(name)s",
        "« %(name)s",
    ],
)
def test_spaces_that_are_not_canadas_are_found(french):
    assert catalogues.misset(said(french)[1])


@pytest.mark.parametrize(
    "french", ["Est-ce %(name)s?", "Voici\u00a0: «\u00a0%(name)s\u00a0»; merci!"]
)
def test_spaces_as_in_canada_are_not(french):
    assert not catalogues.misset(said(french)[1])


def test_each_form_of_a_plural_is_looked_at():
    forms = ("Une page?", "%(name)s pages ?")
    assert catalogues.misset(said(forms, english="One page?", plural="%(name)s pages?")[1])


@pytest.mark.parametrize("french", ["", "Est-ce %(nom)s?"])
def test_missing_french_and_other_placeholders_are_found(french):
    catalog, message = said(french)
    assert catalogues.lacking(catalog) == [message]


def test_the_catalogues_on_disk_are_complete_and_well_set():
    for area in catalogues.areas():
        known = area.read()
        assert catalogues.lacking(known) == []
        assert [m.string for m in known if m.id and catalogues.misset(m)] == []


def test_no_template_sets_a_colon_in_english():
    """Between two values it is the tag `colon`; within a text it is the text's."""
    translated = re.compile(r"{% *blocktranslate.*?endblocktranslate *%}|{#.*?#}", re.DOTALL)
    found = []
    for file in catalogues.template_files():
        bare = translated.sub("{{ text }}", file.read_text())
        found += [(file.name, at[0]) for at in re.finditer(r"(?:[}%]}|</\w+>):[ {<].{,30}", bare)]
    assert found == []
