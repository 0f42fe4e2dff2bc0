"""orgs/numbers.py: one spelling for one number, and what was wrong with another."""

from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ValidationError

from orgs.numbers import (
    POSTAL_LETTERS,
    clean_bn,
    clean_corporation_number,
    clean_neq,
    clean_postal_code,
    is_plausible_bn,
    is_plausible_neq,
    is_postal_code_of,
)
from orgs.vocabulary import PROVINCES


@pytest.mark.parametrize(
    "text",
    ["000000018RR0001", "00000 0018 rr 0001", "000-000-018-RR-0001", " 000000018\u00a0Rr0001\n"],
)
def test_a_business_number_has_one_spelling(text):
    assert clean_bn(text) == "000000018RR0001"


@pytest.mark.parametrize(
    ("text", "account", "code"),
    [
        ("000000018", "", "bn_without_account"),
        ("000000018RR001", "", "bn_shape"),
        ("00000018RR0001", "", "bn_shape"),
        ("", "", "bn_shape"),
        ("OOOOOOO18RR0001", "", "bn_shape"),
        ("٠٠٠٠٠٠٠١٨RR0001", "", "bn_shape"),
        ("000000018RT0001", "", "bn_account"),
        ("000000018RC0001", "RR", "bn_account"),
        ("000000018RR0001", "RC", "bn_account"),
    ],
)
def test_a_business_number_of_another_shape_is_refused_with_a_reason(text, account, code):
    with pytest.raises(ValidationError) as refusal:
        clean_bn(text, account=account)
    assert refusal.value.code == code


def test_a_wrong_check_digit_is_a_doubt_and_not_a_refusal():
    assert clean_bn("123456789RR0001") == "123456789RR0001"
    assert not is_plausible_bn("123456789RR0001")
    assert is_plausible_bn("123456782RR0001")
    assert clean_neq("1100000126") == "1100000126"
    assert not is_plausible_neq("1100000126")


@pytest.mark.parametrize(
    ("text", "code"),
    [("110000012", "neq_shape"), ("11000001256", "neq_shape"), ("1200000125", "neq_prefix")],
)
def test_an_neq_of_another_shape_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        clean_neq(text)
    assert refusal.value.code == code


def test_an_neq_has_one_spelling():
    assert clean_neq("11 0000-0125") == "1100000125"


@pytest.mark.parametrize("text", ["9900001-1", "99000011", "990 0001–1"])
def test_a_corporation_number_has_one_spelling(text):
    assert clean_corporation_number(text) == "9900001-1"


@pytest.mark.parametrize("text", ["", "12", "123456789", "12345A7"])
def test_a_corporation_number_of_another_shape_is_refused(text):
    with pytest.raises(ValidationError):
        clean_corporation_number(text)


@pytest.mark.parametrize("text", ["J1H 9Z9", "j1h9z9", "J1H-9Z9", " j1h  9z9 "])
def test_a_postal_code_has_one_spelling(text):
    assert clean_postal_code(text, province="QC") == "J1H 9Z9"


@pytest.mark.parametrize(
    "text", ["", "J1H", "D1H 9Z9", "W1H 9Z9", "J1O 9Z9", "1J1 H9Z", "J1H 9Z99"]
)
def test_a_postal_code_of_another_shape_is_refused(text):
    with pytest.raises(ValidationError) as refusal:
        clean_postal_code(text)
    assert refusal.value.code == "postal_code_shape"


def test_a_postal_code_of_another_province_is_refused():
    with pytest.raises(ValidationError) as refusal:
        clean_postal_code("M5V 2T6", province="QC")
    assert refusal.value.code == "postal_code_province"
    assert clean_postal_code("K1A 0B1", province="QC") == "K1A 0B1"


def test_every_province_has_its_letters():
    assert set(POSTAL_LETTERS) == set(PROVINCES)


def test_every_number_of_the_demo_is_plausible():
    text = (Path(__file__).parents[2] / "demo/organizations.yaml").read_text("utf-8")
    for org in yaml.safe_load(text)["organizations"]:
        if org["bn"]:
            assert is_plausible_bn(clean_bn(org["bn"]))
        if org["neq"]:
            assert is_plausible_neq(clean_neq(org["neq"]))
        code = clean_postal_code(org["address"]["postal_code"])
        assert is_postal_code_of(code, org["province"])
