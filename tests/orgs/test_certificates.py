"""A certificate holds as long as the organization is qualified, and tells nobody more than that."""

import io
from datetime import date

import pikepdf
import pypdfium2
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from orgs import certificates
from orgs.days import today
from orgs.models import Organization
from tests.factories import OrganizationFactory

CHECK = "orgs:check_certificate"


@pytest.fixture
def org(owner):
    return owner.organization


@pytest.fixture(autouse=True)
def no_limit_reached():
    cache.clear()


def checked(client, code, **more):
    return client.get(reverse(CHECK), {"code": code}, **more)


def test_the_code_says_yes_and_for_whom(client, org):
    page = checked(client, certificates.code_of(org))
    assert page.status_code == 200
    assert org.legal_name in page.text
    until = '<time datetime="2036-01-15">January 15, 2036</time>'
    assert f"Organization number {org.number}, qualified until {until}." in page.text
    for secret in (org.email, org.street, org.city, str(org.annual_budget)):
        assert secret not in page.text
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", " "), lambda c: f" {c}. "])
def test_a_code_is_read_as_people_type_it(org, change):
    assert certificates.check(change(certificates.code_of(org)), on=today()) == org


def test_letters_that_look_like_digits_are_digits(org):
    code = certificates.code_of(org)
    assert certificates.check(code.replace("0", "O").replace("1", "l"), on=today()) == org


def test_every_single_mistake_is_seen(org):
    code = certificates.code_of(org)
    for place, right in enumerate(code):
        for wrong in set(certificates.ALPHABET) - {right} if right != "-" else ():
            mistyped = code[:place] + wrong + code[place + 1 :]
            with pytest.raises(ValidationError):
                certificates.check(mistyped, on=today())


def forged(number):
    """A code whose check character is right, and whose secret is not."""
    body = f"{number}AAAAAAAA"
    return body + certificates.luhn.calc_check_digit(body, alphabet=certificates.ALPHABET)


NOT_ANY_MORE = {
    "suspended": {"suspended_on": date(2026, 1, 1)},
    "closed": {"closed_on": date(2026, 1, 1)},
    "lapsed": {"qualified_until": date(2026, 1, 1)},
    "never": {"qualified_since": None, "qualified_until": None},
    "qualified again": {"qualified_since": date(2026, 2, 1)},
}


@pytest.mark.parametrize("why", NOT_ANY_MORE)
def test_no_is_the_same_for_whatever_reason(client, org, why):
    code = certificates.code_of(org)
    assert org.legal_name in checked(client, code).text
    Organization.objects.filter(pk=org.pk).update(**NOT_ANY_MORE[why])

    texts = [
        checked(client, tried).text.replace(tried, "CODE")
        for tried in (code, forged(org.number), forged(999999))
    ]

    assert "This code stands for no organization that is qualified today." in texts[0]
    assert texts[0] == texts[1] == texts[2]
    assert org.legal_name not in texts[0]


def test_a_renewal_leaves_the_code_as_it_is(org):
    code = certificates.code_of(org)
    Organization.objects.filter(pk=org.pk).update(qualified_until=date(2040, 1, 1))
    assert certificates.check(code, on=today()) == org


def test_codes_differ_and_are_of_no_use_for_others(org):
    others = OrganizationFactory.create_batch(3)
    codes = {certificates.code_of(each).split("-", 1)[1] for each in [org, *others]}
    assert len(codes) == 4
    stolen = certificates.code_of(org).replace(str(org.number), str(others[0].number))
    with pytest.raises(ValidationError):
        certificates.check(stolen, on=today())


def test_a_new_key_first_in_the_ring_leaves_old_codes_valid(org, settings):
    code = certificates.code_of(org)
    old, new = settings.FIELD_KEYS, "new:" + "B" * 43 + "="
    settings.FIELD_KEYS = f"{new},{old}"
    assert certificates.code_of(org) != code
    assert certificates.check(code, on=today()) == org
    settings.FIELD_KEYS = new
    assert certificates.check(code, on=today()) is None


@pytest.mark.parametrize("code", ["", "100001", "x" * 61, "0" * 400, "٣" * 15, "\x00"])
def test_what_is_no_code_is_said_so(client, db, code):
    page = checked(client, code)
    assert page.status_code == 422
    assert "Check a certificate" in page.text


def test_nobody_tries_out_codes(client, db):
    statuses = [checked(client, forged(100000 + n)).status_code for n in range(25)]
    assert statuses == [200] * 20 + [429] * 5


def test_the_page_is_the_members(as_member, org):
    page = as_member.get(reverse("orgs:certificate", args=[org.number]))
    assert certificates.code_of(org) in page.text
    assert 'src="data:image/svg+xml' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"suspended_on": date(2026, 1, 1)}, "is suspended"),
        ({"closed_on": date(2026, 1, 1)}, "is closed"),
        ({"qualified_until": date(2026, 1, 1)}, ">January 1, 2026</time>"),
        ({"qualified_since": None, "qualified_until": None}, "is not qualified yet"),
    ],
)
def test_without_a_qualification_the_page_says_why(as_member, org, changes, why):
    Organization.objects.filter(pk=org.pk).update(**changes)
    page = as_member.get(reverse("orgs:certificate", args=[org.number]))
    assert why in page.text
    assert certificates.code_of(org) not in page.text
    paper = as_member.get(reverse("orgs:certificate_paper", args=[org.number]), follow=True)
    assert why in paper.text


@pytest.mark.parametrize(
    ("language", "title", "until"),
    [
        ("en", "Certificate of qualification", "January 15, 2036"),
        ("fr", "Certificat de qualification", "15 janvier 2036"),
    ],
)
def test_the_paper_says_the_same_in_both_languages(as_member, org, language, title, until):
    name = 'Maison #read("/etc/passwd") *Élie* $x$ <b> & «\u00a0été\u00a0»'
    Organization.objects.filter(pk=org.pk).update(legal_name=name)
    url = reverse("orgs:certificate_paper", args=[org.number])
    answer = as_member.get(url.replace("/en/", f"/{language}/"))

    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{org.number}.pdf"'
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    said = " ".join(text.split())
    for words in (title, name.replace("\u00a0", " "), str(org.number), until):
        assert words in said
    assert certificates.code_of(org) in said
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 1
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == language
        with document.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
        fonts = {str(f.BaseFont) for f in document.objects if is_font(f)}
    assert fonts
    assert all("SourceSans3" in font for font in fonts)


def is_font(found) -> bool:
    return isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Font"


def test_a_long_name_stays_on_one_page(org):
    org.legal_name = "Association des amis de la bibliothèque municipale " * 4
    with pikepdf.open(io.BytesIO(certificates.paper(org, on=today()))) as document:
        assert len(document.pages) == 1
