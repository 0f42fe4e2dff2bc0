"""Search: both languages, without accents, parts of names, former names, and typing errors."""

import pytest
from django.http import QueryDict

from catalog import search
from catalog.asked import Asked
from catalog.listing import Listing
from catalog.models import ProductWords, Synonym
from tests.factories import CategoryFactory, PartnerFactory, ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db


def asked(q: str, **values: str) -> Asked:
    query = QueryDict(mutable=True)
    query.update({"q": q} | values)
    return Asked.of("/", query, for_member=True)


def find(q: str, **values: str) -> search.Found:
    return search.find(asked(q, **values))


def names(q: str, **values: str) -> list[str]:
    return [card.title for card in Listing(asked(q, **values), ()).cards]


@pytest.fixture
def school():
    return ProductFactory(
        name_fr="Tableau pour écoles", name_en="Board for schools", sku="BRD-2025"
    )


@pytest.fixture(autouse=True)
def another():
    Synonym.objects.all().delete()
    return ProductFactory(name_fr="Pare-feu", name_en="Firewall", sku="FW-1")


@pytest.mark.parametrize(
    "typed",
    ["ecole", "écoles", "ÉCOLE", "école", "schools", "school", "brd-2025", "BRD", "tabl éco"],
)
def test_accents_endings_capitals_and_parts_do_not_matter(school, typed):
    found = find(typed)
    assert found.ids == [school.pk]
    assert not found.is_guess


@pytest.mark.parametrize("typed", ["ecolles", "Bord for schols", "schoool"])
def test_a_typing_error_still_finds_something_and_says_so(school, typed):
    found = find(typed)
    assert school.pk in found.ids
    assert found.is_guess


def test_a_former_name_finds_what_replaced_it():
    new = ProductFactory(name_en="Security Standard")
    middle = ProductFactory(name_en="Security 2020", status="discontinued", replaced_by=new)
    ProductFactory(name_en="Norton 360", sku="NO-360", status="discontinued", replaced_by=middle)

    assert names("norton 360") == names("no-360") == ["Security Standard"]


def test_a_renamed_product_is_found_by_both_names_until_the_old_one_is_struck_out():
    product = ProductFactory(name_en="Norton", sku="NO-1")
    product.name_en, product.sku = "Symantec", "SY-1"
    product.save()
    assert names("symantec") == names("norton") == ["Symantec"]
    assert names("no-1")[0] == "Symantec"

    product.former_names.all().delete()
    assert names("norton") == []


def test_what_no_longer_replaces_is_no_longer_found_by_the_old_name():
    new = ProductFactory(name_en="Security Standard")
    old = ProductFactory(name_en="Norton", status="discontinued", replaced_by=new)
    assert names("norton") == ["Security Standard"]
    old.replaced_by = None
    old.save()
    assert names("norton") == []


def test_a_former_name_of_before_this_portal_is_added_by_hand():
    product = ProductFactory(name_en="Security Standard")
    product.former_names.create(sku="OLD-7", name_fr="Ancien bouclier")
    assert names("old-7") == names("bouclier") == ["Security Standard"]


def test_synonyms_lead_from_either_language_to_both():
    Synonym.objects.create(words_fr="tableur, feuille de calcul", words_en="spreadsheet, Excel")
    excel = ProductFactory(name_fr="Excel pour Windows", name_en="Excel for Windows")
    sheet = ProductFactory(name_fr="Le grand tableur", name_en="Great sheets")
    for typed in ("tableurs", "spreadsheets", "excel", "feuille de calcul", "feuilles de calcul"):
        assert set(find(typed).ids) == {excel.pk, sheet.pk}, typed
    assert find("spreadsheet windows").ids == [excel.pk]
    assert find("windows feuilles de calcul").ids == [excel.pk]


def test_synonyms_follow_when_they_change():
    group = Synonym.objects.create(words_en="antivirus, security")
    product = ProductFactory(name_en="Total Security")
    assert find("antivirus").ids == [product.pk]
    group.words_en = "antivirus, protection"
    group.save()
    assert find("antivirus").ids == []
    group.delete()
    assert find("antivirus").ids == []


def test_a_whole_sku_comes_before_names_and_names_before_the_rest():
    rest = ProductFactory(name_en="Other", summary_en="Works with AC-10 routers.", position=0)
    named = ProductFactory(name_en="AC-10 cable and case", position=1)
    whole = ProductFactory(name_en="Switch", sku="AC-10", position=2)
    assert find("ac-10").ids == [whole.pk, named.pk, rest.pk]


def test_a_whole_name_comes_first():
    longer = ProductFactory(name_en="Board Board Board games", position=0)
    whole = ProductFactory(name_en="Board", position=1)
    assert find("board").ids == [whole.pk, longer.pk]


def test_when_nothing_is_found_the_nearest_words_are_told(school):
    found = find("scholls")
    assert found.is_guess
    assert "schools" in found.nearest


def test_words_that_no_product_has_together_find_those_that_have_one(school, another):
    found = find("schools firewall")
    assert found.is_guess
    assert set(found.ids) == {school.pk, another.pk}


def test_ten_kilobytes_are_a_search_of_a_hundred_letters(school):
    query = asked("a" * 10_000 + " schools")
    assert len(query.q) == 100
    assert find("x " * 5_000).ids == []


def test_wildcards_are_letters():
    product = ProductFactory(name_en="Fully 100% wool")
    assert find("100%").ids == find("% wool").ids == [product.pk]
    assert find("%%%").ids == find("___").ids == find("w__l").ids == []


def test_too_many_answers_are_cut_and_said_to_be_more(monkeypatch, school):
    monkeypatch.setattr(search, "MOST", 3)
    others = [ProductFactory(name_en=f"Pencil {n}", fee=n) for n in range(6)]
    found = find("pencil")
    assert found.is_too_much and len(found.ids) == 3
    listing = Listing(asked("pencil", fee="0-10"))
    assert listing.is_too_much and listing.total == 3
    assert all(option.count is None for facet in listing.counts.facets for option in facet.options)
    assert len(others) == 6


def test_filters_reach_what_lies_beyond_the_cut(monkeypatch):
    monkeypatch.setattr(search, "MOST", 3)
    for n in range(6):
        ProductFactory(name_en=f"Pencil {n}", fee=5)
    dear = ProductFactory(name_en="Pencil of gold", fee=900)
    assert find("pencil", fee="250-").ids == [dear.pk]


def test_a_partner_and_a_category_find_their_products():
    partner = PartnerFactory(name="Bitdefender")
    parent = CategoryFactory(slug="sec", name_fr="Sécurité", name_en="Security")
    child = CategoryFactory(slug="av", name_fr="Antivirus", name_en="Virus scanners", parent=parent)
    ProductFactory(name_en="GravityZone", program=ProgramFactory(partner=partner), category=child)
    for typed in ("bitdefender", "securite", "scanner", "bitdefender gravity"):
        assert names(typed) == ["GravityZone"]

    partner.name = "Kaspersky"
    partner.save()
    parent.name_en = "Protection"
    parent.save()
    assert names("bitdefender") == []
    assert names("kaspersky") == names("protection") == ["GravityZone"]


def test_the_name_counts_more_than_the_summary():
    ProductFactory(name_en="Suite", summary_en="Has a firewall too.", position=0)
    assert names("firewall") == ["Firewall", "Suite"]


@pytest.mark.parametrize("typed", ["100%", "_", "\\", "'; --", '"', "a" * 100, "\u200b", "é%_"])
def test_odd_signs_are_only_signs(school, typed):
    assert find(typed).ids == []


def test_selling_writes_no_search_words(school):
    def version() -> str:
        (row,) = ProductWords.objects.filter(pk=school.pk).extra(
            select={"v": "catalog_productwords.ctid::text"}
        )
        return row.v

    before = version()
    type(school).objects.filter(pk=school.pk).update(stock=4)
    assert version() == before

    school.summary_en = "For teachers."
    school.save()
    assert version() != before
    assert names("teacher") == ["Board for schools"]


def test_filters_go_together(school):
    school.platforms = ["mac"]
    school.stock = 0
    school.save()
    program = school.program
    matching = {
        "partner": program.partner.slug,
        "category": "office/suites",
        "kind": "donation",
        "platform": "mac",
    }
    assert names("", **matching) == ["Board for schools"]
    assert names("", category="office") == ["Firewall", "Board for schools"]
    for name, value in (("kind", "access"), ("platform", "ios"), ("available", True)):
        assert names("", **(matching | {name: value})) == []


def test_sorts(school):
    school.fee = 5
    school.save()
    assert names("", sort="fee") == names("", sort="name") == ["Board for schools", "Firewall"]
    assert names("", sort="-fee") == ["Firewall", "Board for schools"]


def test_discontinued_products_are_not_listed(school):
    school.status = "discontinued"
    school.save()
    assert names("school") == []
