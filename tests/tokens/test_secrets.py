from hypothesis import given
from hypothesis import strategies as st

from tokens import secrets


def test_a_secret_checks_itself():
    secret = secrets.make("rt")
    assert secret.startswith("rt_")
    assert secrets.is_well_formed(secret, "rt")
    assert not secrets.is_well_formed(secret, "rk")


def test_no_two_secrets_are_alike():
    assert len({secrets.make("rt") for _ in range(1000)}) == 1000


@given(st.integers(3, 40), st.sampled_from(secrets.ALPHABET))
def test_one_wrong_letter_is_noticed(place, letter):
    secret = "rt_" + "k" * 32 + secrets.checksum("rt", "k" * 32)
    wrong = secret[:place] + letter + secret[place + 1 :]
    assert secrets.is_well_formed(wrong, "rt") == (wrong == secret)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    assert not secrets.is_well_formed(text, "rt")
