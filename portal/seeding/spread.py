"""Spread: invented words and weighted choices, the same every time."""

import random
from collections.abc import Sequence
from typing import Any, Final

from stdnum import luhn

CITIES: Final = {  # province: (share, language, first letters of postal codes, cities)
    "ON": (36, "en", "KLMNP", ("Toronto", "Ottawa", "Hamilton", "London", "Sudbury", "Kingston")),
    "QC": (26, "fr", "GHJ", ("Montréal", "Québec", "Sherbrooke", "Rimouski", "Gatineau", "Alma")),
    "BC": (12, "en", "V", ("Vancouver", "Victoria", "Kelowna", "Nanaimo", "Prince George")),
    "AB": (10, "en", "T", ("Calgary", "Edmonton", "Lethbridge", "Red Deer")),
    "MB": (4, "en", "R", ("Winnipeg", "Brandon", "Steinbach")),
    "SK": (3, "en", "S", ("Saskatoon", "Regina", "Moose Jaw")),
    "NS": (3, "en", "B", ("Halifax", "Truro", "Sydney")),
    "NB": (2, "fr", "E", ("Moncton", "Edmundston", "Fredericton")),
    "NL": (1, "en", "A", ("St. John’s", "Corner Brook")),
    "PE": (1, "en", "C", ("Charlottetown",)),
    "YT": (1, "en", "Y", ("Whitehorse",)),
    "NT": (1, "en", "X", ("Yellowknife",)),
    "NU": (1, "en", "X", ("Iqaluit",)),
}
WORKS: Final = {
    "fr": (
        *(
            "Maison de quartier",
            "Centre d’action bénévole",
            "Banque alimentaire",
            "Maison des jeunes",
        ),
        *(
            "Fondation",
            "Popote roulante",
            "Théâtre",
            "Coopérative de solidarité",
            "Club de lecture",
        ),
    ),
    "en": (
        *("Community House", "Food Bank", "Youth Centre", "Meals on Wheels", "Foundation"),
        *("Choir", "Shelter", "Literacy Council", "Newcomers’ Centre", "Nature Club"),
    ),
}
PATRONS: Final = (
    *("Saint-Élie", "Sainte-Anne", "Saint-Roch", "Laurier", "Riverside", "Cedar", "Northern Light"),
    *("Harbour", "Maple", "Bellevue", "Étoile", "Horizon", "Lakeview", "Quatre-Vents", "Prairie"),
    *("Beausoleil", "Grand-Pré", "Evergreen", "Trillium", "Nouveau Départ", "Old Mill", "Sunrise"),
)
FIRST_NAMES: Final = (
    *("Noor", "Marie", "Sam", "Léa", "Amara", "Étienne", "Grace", "Hugo", "Ines", "Josh", "Kim"),
    *("Luc", "Maya", "Olivier", "Priya", "Rosalie", "Simone", "Thomas", "Yasmine", "Zoé"),
)
LAST_NAMES: Final = (
    *("Gagnon", "Tremblay", "Smith", "Nguyen", "Singh", "Côté", "Martin", "O’Brien", "Roy", "Chen"),
    *("Bouchard", "Wilson", "Ali", "Pelletier", "Kaur", "Leblanc", "Campbell", "Diallo"),
)
LETTERS: Final = "ABCEGHJKLMNPRSTVXY"


class Spread:
    """Chance with a memory: what it draws depends on its name and on what was drawn before."""

    def __init__(self, name: str) -> None:
        self.random = random.Random(name)  # noqa: S311  (invented data, the same every time)

    def one(self, of: Sequence[Any]) -> Any:
        return of[int(self.random.random() * len(of))]

    def weighted(self, shares: dict[str, int]) -> str:
        """One of the keys, as often as its share says."""
        return self.random.choices(list(shares), list(shares.values()))[0]

    def whole(self, least: int, most: int) -> int:
        return least + int(self.random.random() * (most - least + 1))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def postal_code(self, letters: str) -> str:
        start = f"{self.one(letters)}{self.whole(0, 9)}{self.one(LETTERS)}"
        return f"{start} {self.whole(0, 9)}{self.one(LETTERS)}{self.whole(0, 9)}"


def business_number(index: int) -> str:
    """Nine digits that pass their check, and that no real organization has."""
    digits = f"{1_000_000 + index:08}"
    return f"{digits}{luhn.calc_check_digit(digits)}"


def quebec_number(index: int) -> str:
    digits = f"{8_000_000 + index:07}"
    return f"88{digits}{luhn.calc_check_digit(digits)}"
