import pytest

from orgs.likeness import Identity, domain, normalize, score, similarity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Les Amis de la Maison Ste-Anne inc.", "Amis Maison Sainte Anne"),
        ("ÉCOLE NOTRE-DAME", "École Notre Dame"),
        ("Friends & Neighbours Ltd.", "Friends and Neighbours Limited"),
        ("Jeunes et familles", "Jeunes & familles OBNL"),
        ("Y.M.C.A. of Toronto", "The YMCA, Toronto"),
        ("St. Paul's United Church", "Saint Paul’s United Church Inc"),
        ("Œuvre du Grand-Père", "oeuvre du grand pere"),
        ("L’Envol Ltée", "Envol Corp."),
    ],
)
def test_two_spellings_of_a_name_meet(one, other):
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Maison Anne", "Maison Anna"), ("Corp Canine", "Canine"), ("Club 12", "Club 13")],
)
def test_two_names_stay_two(one, other):
    assert normalize(one) != normalize(other)


@pytest.mark.parametrize("name", ["The Inc.", "La", "&", "日本語協会"])
def test_a_name_of_small_words_keeps_some(name):
    assert normalize(name) == "" or normalize(name).split()


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.Saint-Elie.example/accueil", "saint-elie.example"),
        ("info@saint-elie.example", "saint-elie.example"),
        ("somebody@gmail.com", ""),
        ("https://facebook.com/saint-elie", ""),
        ("", ""),
    ],
)
def test_the_site_of_an_address_unless_it_is_everybodys(address, site):
    assert domain(address) == site


def test_similarity_is_that_of_the_database():
    assert similarity("word", "two words") == pytest.approx(0.3636, abs=0.001)


def who(name="maison saint anne", **facts) -> Identity:
    return Identity(names=frozenset({name}), **facts)


BN = frozenset({("bn", "000000018")})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (who("autre", numbers=BN), who(numbers=BN)),
        (who(city="sherbrooke"), who(city="sherbrooke")),
        (who(postal_code="J1H9Z9"), who("maison saint anne sherbrooke", postal_code="J1H9Z9")),
        (who(city="amos", domains=frozenset({"a.example"})), who(domains=frozenset({"a.example"}))),
        (
            who("a", postal_code="J1H9Z9", domains=frozenset({"a.example"})),
            who("b", postal_code="J1H9Z9", domains=frozenset({"a.example"})),
        ),
    ],
)
def test_this_is_probably_one(one, other):
    assert score(one, other).is_probable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (who(city="sherbrooke"), who(city="moncton")),
        (who(), who()),
        (who("a", postal_code="J1H9Z9"), who("b", postal_code="J1H9Z9")),
        (who("club lions", city="amos"), who("club optimiste", city="amos")),
        (Identity(), Identity()),
    ],
)
def test_this_says_nothing(one, other):
    assert not score(one, other).is_probable


def test_a_namesake_elsewhere_is_known_as_one():
    assert score(who(city="sherbrooke"), who(city="moncton")).is_namesake


def test_a_former_name_counts_like_the_name():
    was = Identity(names=frozenset({"comptoir saint elie", "maison x"}), city="amos")
    likeness = score(was, who("comptoir saint elie", city="amos"))
    assert likeness.reasons == ("name", "city")
