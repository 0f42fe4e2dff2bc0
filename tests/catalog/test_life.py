"""A product's life: before it is shown, under a new name, replaced, gone; and beside others."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from catalog import naming
from catalog.models import Product
from tests.catalog.test_pages import text
from tests.factories import CategoryFactory, PartnerFactory, ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def page_of(client, product):
    return client.get(reverse("catalog:product", args=[product.slug]))


def test_a_product_has_no_page_before_it_is_shown(client, as_member, owner):
    later = ProductFactory(published_from=timezone.now() + A_DAY)
    assert page_of(client, later).status_code == 404
    number = owner.organization.number
    assert (
        as_member.get(reverse("catalog:org_product", args=[number, later.slug])).status_code == 404
    )
    assert client.get(f"/en/catalog/{later.sku}/").status_code == 404


def test_an_offer_that_has_ended_says_so_and_cannot_be_ordered(as_member, owner):
    over = ProductFactory(published_until=timezone.now() - A_DAY)
    page = as_member.get(
        reverse("catalog:org_product", args=[owner.organization.number, over.slug])
    )
    assert "The partner’s offer has ended." in text(page)
    assert "Add to the cart" not in page.text

    add = reverse("orders:add", args=[owner.organization.number, over.slug])
    answer = as_member.post(add, {"quantity": 1}, follow=True)
    assert "can no longer be ordered" in text(answer)


def test_an_old_address_and_an_old_sku_lead_to_the_product(client, as_member, owner):
    product = ProductFactory(slug="norton-360", sku="NO-360")
    product.slug, product.sku = "norton-security", "NO-SEC"
    product.save()
    new = reverse("catalog:product", args=["norton-security"])
    for old in ("norton-360", "no-360", "NO-360", "NO-SEC"):
        answer = client.get(reverse("catalog:product", args=[old]))
        assert (answer.status_code, answer.url) == (301, new)

    number = owner.organization.number
    answer = as_member.get(reverse("catalog:org_product", args=[number, "norton-360"]))
    assert answer.url == reverse("catalog:org_product", args=[number, "norton-security"])


def test_a_page_says_by_which_numbers_the_product_was_known(client):
    product = ProductFactory(sku="NO-360")
    page = reverse("catalog:product", args=[product.slug])
    assert "Earlier product numbers" not in client.get(page).text
    product.sku = "NO-SEC"
    product.save()
    assert "Earlier product numbers NO-360" in text(client.get(page))


def test_what_is_gone_has_neither_price_nor_saving(client):
    product = ProductFactory(fee="10.00", retail_value="100.00")
    page = reverse("catalog:product", args=[product.slug])
    assert "you save" in text(client.get(page))
    Product.objects.update(status="discontinued")
    gone = client.get(page)
    assert "you save" not in text(gone)
    assert 'class="price"' not in gone.text
    assert "Its last administration fee was $10.00." in text(gone)


def test_an_address_that_another_product_took_is_that_products(client):
    old = ProductFactory(slug="suite")
    old.slug = "suite-2020"
    old.save()
    ProductFactory(slug="suite")
    assert page_of(client, old).status_code == 200
    assert client.get(reverse("catalog:product", args=["suite"])).status_code == 200


def test_nothing_ever_had_this_name(client):
    assert client.get(reverse("catalog:product", args=["never-was"])).status_code == 404


def test_replacements_lead_to_the_last_one(client):
    newest = ProductFactory(name_en="Newest")
    middle = ProductFactory(status="discontinued", replaced_by=newest)
    oldest = ProductFactory(status="discontinued", replaced_by=middle)
    page = page_of(client, oldest)
    assert "It is replaced by Newest" in text(page)
    assert reverse("catalog:product", args=[newest.slug]) in page.text


def test_a_circle_of_replacements_ends_somewhere():
    first = ProductFactory(status="discontinued")
    second = ProductFactory(status="discontinued", replaced_by=first)
    first.replaced_by = second
    first.save()
    assert naming.successor(first) in {first, second}


def test_the_sku_of_what_is_gone_finds_its_page(client):
    gone = ProductFactory(name_en="Old thing", sku="OLD-1", status="discontinued")
    page = client.get(reverse("catalog:list"), {"q": "old-1"})
    assert "Old thing can no longer be ordered." in text(page)
    assert reverse("catalog:product", args=[gone.slug]) in page.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("donation", "Besides the administration fee there is nothing to pay."),
        ("access", "And then you pay Acme its reduced price."),
        ("hardware", "Shipping is included."),
        ("validation", "It confirms that your organization is real"),
    ],
)
def test_each_kind_says_what_the_fee_is(client, kind, words):
    program = ProgramFactory(kind=kind, partner=PartnerFactory(name="Acme"))
    product = ProductFactory(program=program)
    assert words in text(page_of(client, product))


def test_the_saving_has_its_day_and_its_source(client):
    product = ProductFactory(
        fee=Decimal("15.00"),
        retail_value=Decimal("190.00"),
        retail_on="2026-10-01",
        retail_source="bitdefender.com",
    )
    words = text(page_of(client, product))
    assert "About $190.00 in a store: you save $175.00 (92%)." in words
    assert "Source: bitdefender.com, October 1, 2026" in words


def test_products_stand_side_by_side_with_their_differences(client):
    parent = CategoryFactory(slug="sec", name_en="Security")
    child = CategoryFactory(slug="av", name_en="Antivirus", parent=parent)
    one = ProductFactory(name_en="One", fee="10.00", category=child)
    two = ProductFactory(name_en="Two", fee="20.00", category=child, program=one.program)
    url = reverse("catalog:compare")
    page = client.get(url, {"p": [one.slug, two.slug]})
    words = text(page)
    assert "Administration fee differs $10 $20" in words
    assert "Category Security, Antivirus Security, Antivirus" in words
    assert f'href="{url}?p={two.slug}"' in page.text  # without the first
    assert f'href="{reverse("catalog:list")}?p={one.slug}&amp;p={two.slug}"' in page.text


def test_four_products_at_most_and_strange_ones_are_passed_over(client):
    slugs = [ProductFactory().slug for _n in range(5)]
    page = client.get(reverse("catalog:compare"), {"p": slugs})
    assert "Four products at most" in text(page)
    assert len(page.context["columns"]) == 4
    odd = client.get(reverse("catalog:compare"), {"p": ["nobody", "\x00", "<b>", slugs[0]]})
    assert [c["product"].slug for c in odd.context["columns"]] == [slugs[0]]
    assert "Nothing to compare yet" in text(client.get(reverse("catalog:compare")))


def test_a_member_compares_what_is_open(as_member, owner):
    product = ProductFactory()
    with translation.override("fr"):
        url = reverse("catalog:org_compare", args=[owner.organization.number])
    page = as_member.get(url, {"p": product.slug})
    assert "Admissible" in text(page)


def test_chosen_products_stay_chosen_while_one_looks_further(client):
    one, two = ProductFactory(name_en="One"), ProductFactory(name_en="Two")
    page = client.get(reverse("catalog:list"), {"q": "two", "p": one.slug})
    assert f'<input type="hidden" name="p" value="{one.slug}">' in page.text
    page = client.get(reverse("catalog:list"), {"p": one.slug})
    assert f'value="{one.slug}" id="p-{one.slug}" form="compare" checked' in page.text
    assert f'value="{two.slug}" id="p-{two.slug}" form="compare">' in page.text
