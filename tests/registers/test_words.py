"""registers/words.py: the same name, the same door."""

import pytest

from registers import words


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Maison d'entraide Saint-Élie", "MAISON D'ENTRAIDE SAINT-ELIE"),
        ("Maison d’entraide St-Élie", "MAISON D'ENTRAIDE SAINT-ELIE"),
        ("The Harvest Soup Kitchen, Inc.", "HARVEST SOUP KITCHEN"),
        ("A.C.C.E.S. Communautaire", "ACCES COMMUNAUTAIRE"),
        ("Cœur & Main", "COEUR AND MAIN"),
        ("United Church – Kitchener", "UNITED CHURCH-KITCHENER"),
    ],
)
def test_two_ways_of_writing_are_one_name(ours, theirs):
    assert words.is_same_name(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("United Church - Kitchener", "UNITED CHURCH - KITCHENER EAST"),
        ("Maison Sainte-Anne", "MAISON SAINT-ANNE"),
        ("", ""),
        ("The", "Inc."),
    ],
)
def test_another_name_is_another_name(ours, theirs):
    assert not words.is_same_name(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("1180, rue des Érables", "1180 RUE DES ERABLES"),
        ("27 Lighthouse Road", "27 LIGHTHOUSE RD"),
        ("400 Bytown Way Suite 1210", "1210-400 BYTOWN WAY"),
        ("77 Orchard Avenue", "310 - 77 ORCHARD AVE"),
        ("C.P. 270, succ. Bureau-chef", "C.P. 270 SUCC. BUREAU-CHEF"),
    ],
)
def test_two_ways_of_writing_are_one_door(ours, theirs):
    assert words.is_same_street(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("1180, rue des Érables", "1182 RUE DES ERABLES"),
        ("1180, rue des Érables", "1180 RUE DES SAULES"),
        ("1180, rue des Érables", ""),
        ("", ""),
    ],
)
def test_another_door_is_another_door(ours, theirs):
    assert not words.is_same_street(ours, theirs)
