"""French from a library says « courriel » on our pages."""

import re
from pathlib import Path

import allauth
import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext

from portal.borrowed import canadian


def library():
    path = Path(allauth.__file__).parent / "locale/fr/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        return [m for m in read_po(file, locale="fr") if m.id and isinstance(m.id, str)]


def test_no_text_of_the_library_says_e_mail_in_french():
    with translation.override("fr"):
        texts = [gettext(m.id) for m in library() if m.string]
    words = [re.sub(r"<[^>]*>|%\([^)]*\)s|\{[^}]*\}", "", text) for text in texts]
    assert [text for text in words if re.search(r"\be-?mails?\b", text, re.IGNORECASE)] == []


def test_placeholders_stay():
    with translation.override("fr"):
        for message in library():
            if message.string and message.python_format:
                wanted = sorted(re.findall(r"%\([^)]*\)s", message.string))
                assert sorted(re.findall(r"%\([^)]*\)s", gettext(message.id))) == wanted


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("L'adresse e-mail est prise.", "L’adresse courriel est prise."),
        ("Vous recevez cet email car", "Vous recevez ce courriel car"),
        ("Changer d'e-mail", "Changer de courriel"),
        ("E-mail modifié", "Courriel modifié"),
        ("Mot de passe oublié ?", "Mot de passe oublié\u00a0?"),
    ],
)
def test_words_are_those_of_canada(theirs, ours):
    assert canadian(theirs) == ours
