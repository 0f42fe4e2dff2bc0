"""Search: both languages, without accents, parts of names, former names, and typing errors."""

import pytest

from catalog.models import ProductWords
from catalog.search import find
from tests.factories import CategoryFactory, PartnerFactory, ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db


def names(q: str, **asked: object) -> list[str]:
    return [product.name_en for product in find({"q": q} | asked).products]


@pytest.fixture
def school():
    return ProductFactory(
        name_fr="Tableau pour écoles", name_en="Board for schools", sku="BRD-2025"
    )


@pytest.fixture(autouse=True)
def another():
    return ProductFactory(name_fr="Pare-feu", name_en="Firewall", sku="FW-1")


@pytest.mark.parametrize(
    "typed",
    ["ecole", "écoles", "ÉCOLE", "école", "schools", "school", "brd-2025", "BRD", "tabl éco"],
)
def test_accents_endings_capitals_and_parts_do_not_matter(school, typed):
    found = find({"q": typed})
    assert [p.pk for p in found.products] == [school.pk]
    assert not found.is_guess


@pytest.mark.parametrize("typed", ["ecolles", "Bord for schols", "schoool"])
def test_a_typing_error_still_finds_something_and_says_so(school, typed):
    found = find({"q": typed})
    assert school in found.products
    assert found.is_guess


def test_a_former_name_finds_what_replaced_it():
    new = ProductFactory(name_en="Security Standard")
    middle = ProductFactory(name_en="Security 2020", status="discontinued", replaced_by=new)
    ProductFactory(name_en="Norton 360", sku="NO-360", status="discontinued", replaced_by=middle)

    assert names("norton 360") == names("no-360") == ["Security Standard"]


def test_a_new_former_name_and_a_lost_one_are_noticed():
    new = ProductFactory(name_en="Security Standard")
    old = ProductFactory(name_en="Norton", status="discontinued", replaced_by=new)
    old.name_en = "Symantec"
    old.save()
    assert (names("symantec"), names("norton")) == (["Security Standard"], [])

    old.replaced_by = None
    old.save()
    assert names("symantec") == []


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
    assert list(find({"q": typed}).products) == []


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


def test_only_what_we_may_order(school):
    asked = {"ours": True}
    assert list(find(asked, programs={school.program_id}).products) == [school]
    assert list(find(asked, programs=set()).products) == []


def test_sorts(school):
    school.fee = 5
    school.save()
    assert names("", sort="fee") == names("", sort="name") == ["Board for schools", "Firewall"]
    assert names("", sort="-fee") == ["Firewall", "Board for schools"]


def test_discontinued_products_are_not_listed(school):
    school.status = "discontinued"
    school.save()
    assert names("school") == []
