"""Pages of the catalogue: visitors, members and strangers, in both languages."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from catalog import markdown
from tests.factories import MembershipFactory, PartnerFactory, ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db
TOO_BIG = [{"fact": "budget", "max": 100_000}]


def text(page) -> str:
    """The words of a page, on one line."""
    words = re.sub(r"<[^>]+>", " ", page.text)
    return re.sub(r"\s+", " ", html.unescape(words))


@pytest.fixture
def two(db):
    """A product open to the organization of `owner`, and one that is not."""
    return (
        ProductFactory(name_en="Writer", name_fr="Écrivain"),
        ProductFactory(name_en="Painter", program=ProgramFactory(criteria=TOO_BIG)),
    )


@pytest.fixture
def demo(db, settings):
    call_command("import_catalog", settings.BASE_DIR / "demo/programs.yaml", verbosity=0)


def test_a_visitor_sees_every_product_without_a_verdict(client, two):
    page = client.get(reverse("catalog:list"))
    assert "2 products" in text(page)
    assert "Writer" in page.text
    assert "Painter" in page.text
    assert "Eligible" not in page.text
    assert "we may order" not in page.text


def test_who_is_signed_in_is_led_to_their_own_catalogue(as_member, owner, two, client):
    page = as_member.get(reverse("catalog:list")).content.decode()
    assert reverse("catalog:org_list", args=[owner.organization.number]) in page
    assert "Sign in" not in page


def test_the_same_page_in_french(client, two):
    with translation.override("fr"):
        url = reverse("catalog:list")
    page = client.get(url)
    assert '<html lang="fr"' in page.text
    assert "Écrivain" in page.text
    assert "2 produits" in text(page)
    assert "frais d’administration" in text(page)


def test_a_member_sees_what_is_open_and_why_not(as_member, owner, two):
    page = as_member.get(reverse("catalog:org_list", args=[owner.organization.number]))
    assert "1 of their 2 programs are open to your organization" in text(page)
    assert "Eligible" in page.text
    assert "Budget too high" in page.text
    assert (
        reverse("catalog:org_product", args=[owner.organization.number, two[0].slug]) in page.text
    )


def test_only_what_we_may_order_is_an_address(as_member, owner, two):
    page = as_member.get(
        reverse("catalog:org_list", args=[owner.organization.number]), {"ours": "on"}
    )
    assert "Writer" in page.text
    assert "Painter" not in page.text
    assert "One product" in text(page)


def test_each_filter_in_force_can_be_taken_away(client, two):
    url = reverse("catalog:list")
    page = client.get(url, {"q": "writer", "kind": "donation", "page": "1"})
    assert f'href="{url}?kind=donation"' in page.text
    assert f'href="{url}?q=writer"' in page.text
    assert "“writer”" in page.text


def test_the_address_that_htmx_shows_has_nothing_empty(client, two):
    url = reverse("catalog:list")
    headers = {"hx-request": "true", "hx-target": "results"}
    asked = {"q": "writer", "partner": "", "kind": "donation", "sort": ""}
    assert client.get(url, asked, headers=headers)["HX-Push-Url"] == f"{url}?q=writer&kind=donation"
    assert client.get(url, {"q": ""}, headers=headers)["HX-Push-Url"] == url


def test_nothing_found_says_what_to_do(client, two):
    page = client.get(reverse("catalog:list"), {"q": "zzzzzz"})
    assert "No product matches" in page.text
    assert "Clear everything" in page.text
    with translation.override("fr"):
        url = reverse("catalog:list")
    words = text(client.get(url, {"q": "zzzzzz"}))
    assert "Aucun produit" in words and "Un produit" not in words


@pytest.mark.parametrize(
    "query", ["?page=99", "?page=0", "?page=x", "?partner=nobody&kind=%00&sort=;", "?q=%FF%00"]
)
def test_an_odd_address_is_still_a_page(client, two, query):
    page = client.get(reverse("catalog:list") + query)
    assert page.status_code == 200


def test_a_long_list_has_pages_of_24(client):
    program = ProgramFactory()
    for n in range(30):
        ProductFactory(program=program, name_en=f"Thing {n:02}", position=n)
    first = client.get(reverse("catalog:list"))
    second = client.get(reverse("catalog:list"), {"page": 2, "sort": "name"})
    beyond = client.get(reverse("catalog:list"), {"page": 7})

    assert "30 products" in text(first) and "30 products" in text(second)
    assert [len(p.context["cards"]) for p in (first, second, beyond)] == [24, 6, 6]
    assert "Thing 29" in second.text
    assert "sort=name" in second.text  # paging keeps the rest of the address


def test_htmx_gets_the_results_alone(client, two):
    whole = client.get(reverse("catalog:list"))
    part = client.get(reverse("catalog:list"), HTTP_HX_REQUEST="true", HTTP_HX_TARGET="results")
    assert "<html" in whole.text and "<html" not in part.text
    assert 'role="status"' in whole.text
    assert 'hx-swap-oob="innerHTML:#result-count"' in part.text
    assert "hx-swap-oob" not in whole.text
    assert "HX-Request" in whole["Vary"] and "HX-Request" in part["Vary"]
    assert "Writer" in part.text


def test_an_access_program_says_that_the_partner_is_paid(client):
    program = ProgramFactory(kind="access", partner=PartnerFactory(name="Acme"))
    product = ProductFactory(program=program, retail_value=Decimal("300.00"))
    listed = client.get(reverse("catalog:list"))
    page = client.get(reverse("catalog:product", args=[product.slug]))
    assert "administration fee, and then you pay the partner" in listed.text
    assert "And then you pay Acme its reduced price." in page.text
    assert "you save" not in page.text


def test_a_product_page_has_the_facts(client):
    program = ProgramFactory(criteria=TOO_BIG)
    product = ProductFactory(
        program=program,
        fee=Decimal("25.00"),
        retail_value=Decimal("1225.00"),
        platforms=["windows", "mac"],
        units_per_pack=5,
        personal_use=True,
        requirements_en="8 GB of memory",
        details_en="Some **bold** words.",
    )
    program.partner.faq.create(
        position=0,
        question_en="Really?",
        question_fr="Vraiment?",
        answer_en="Yes.",
        answer_fr="Oui.",
    )
    page = client.get(reverse("catalog:product", args=[product.slug]))
    words = text(page)
    for part in (
        "$25.00 administration fee",
        "About $1,225.00 in a store: you save $1,200.00 (97%). Our estimate of ",
        "Windows, macOS",
        "5 units",
        "8 GB of memory",
        "Staff may also use it at home",
        "2 to 3 business days after payment.",
        "This program is for organizations with a yearly budget of up to $100,000.",
        product.sku,
        "Really?",
        "Sign in to order",
    ):
        assert part in words, part
    assert "<strong>bold</strong>" in page.text


def test_details_are_safe_html():
    hostile = "<script>x</script> [a](javascript:alert(1)) [b](https://b.example) ![i](x)"
    made = markdown.to_html(hostile)
    assert "<script" not in made
    assert "javascript:" not in re.sub(r">[^<]*<", "><", made)
    assert 'href="https://b.example"' in made


def test_a_member_who_may_not_order_reads_every_reason(as_member, owner):
    rules = [*TOO_BIG, {"fact": "kind", "in": ["library"]}, {"fact": "staff", "min": 1}]
    product = ProductFactory(program=ProgramFactory(criteria=rules))
    number = owner.organization.number

    page = as_member.get(reverse("catalog:org_product", args=[number, product.slug]))

    words = text(page)
    assert "Why your organization cannot order it" in words
    assert "yearly budget of up to $100,000." in words
    assert "Your file says $500,000. Source: Financial statements 2025." in words
    assert "Your file says that you are a registered charity." in words
    assert "Your file says 5 paid employees." not in words  # that one holds
    assert words.count("Ask a person to look at it") == 2
    assert "Add to the cart" not in words


def test_a_replaced_product_leads_to_the_new_one(client, as_member, owner):
    new = ProductFactory(name_en="New one")
    old = ProductFactory(status="discontinued", replaced_by=new)
    number = owner.organization.number
    page = client.get(reverse("catalog:product", args=[old.slug]))
    assert "This product can no longer be ordered" in page.text
    assert f'<a href="{reverse("catalog:product", args=[new.slug])}">New one</a>' in page.text

    page = as_member.get(reverse("catalog:org_product", args=[number, old.slug]))
    assert reverse("catalog:org_product", args=[number, new.slug]) in page.text
    assert "Add to the cart" not in page.text


def test_a_discontinued_product_without_heir_keeps_its_page(client):
    old = ProductFactory(status="discontinued")
    page = client.get(reverse("catalog:product", args=[old.slug]))
    assert "Licences you received stay valid." in page.text


def test_a_partner_page_has_programs_rules_and_products(client, as_member, owner, two):
    partner = two[1].program.partner
    page = client.get(reverse("catalog:partner", args=[partner.slug]))
    words = text(page)
    assert "yearly budget of up to $100,000." in words
    assert "Painter" in words and "Writer" not in words
    assert "partner.example" in words

    url = reverse("catalog:org_partner", args=[owner.organization.number, partner.slug])
    assert "Not eligible" in text(as_member.get(url))


def test_the_eligibility_page_explains_every_program(as_member, owner, two):
    ProgramFactory(criteria__since=date(2099, 1, 1))
    page = as_member.get(reverse("catalog:eligibility", args=[owner.organization.number]))
    words = text(page)
    assert "1 of 3 programs are open to your organization" in words
    assert "This program is not open yet." in words
    assert "Your file says $500,000." in words
    assert "If this figure is out of date" in words
    assert f'id="{two[1].program.slug}"' in page.text
    assert "mailto:" in page.text


def test_the_eligibility_page_in_french(as_member, owner, two):
    with translation.override("fr"):
        url = reverse("catalog:eligibility", args=[owner.organization.number])
    words = text(as_member.get(url))
    assert "Non admissible" in words
    assert "500\u00a0000\u00a0$" in as_member.get(url).text


PAGES = ("org_list", "org_product", "org_partner", "eligibility")


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_does_not_learn_that_the_organization_exists(client, owner, stranger, two, name):
    client.force_login(stranger)
    theirs = arguments(name, owner.organization.number, two)
    nobodys = arguments(name, 999_999, two)
    assert client.get(reverse(f"catalog:{name}", args=theirs)).status_code == 404
    assert client.get(reverse(f"catalog:{name}", args=nobodys)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_signs_in_first(client, owner, two, name):
    url = reverse(f"catalog:{name}", args=arguments(name, owner.organization.number, two))
    assert client.get(url).url.startswith(reverse("account_login"))


def arguments(name, number, two):
    more = {"org_product": [two[0].slug], "org_partner": [two[0].program.partner.slug]}
    return [number, *more.get(name, [])]


def test_the_pages_stay_within_their_queries(
    client, as_member, owner, demo, django_assert_max_num_queries
):
    number = owner.organization.number
    product, partner = "norton-security-standard", "microsoft"
    budgets = [
        (reverse("catalog:org_list", args=[number]), 8),
        (reverse("catalog:org_list", args=[number]) + "?ours=on&page=2", 8),
        (reverse("catalog:org_list", args=[number]), 6),  # the same again
        (reverse("catalog:org_list", args=[number]) + "?q=windows&kind=donation", 8),
        (reverse("catalog:org_product", args=[number, product]), 8),
        (reverse("catalog:org_compare", args=[number]) + f"?p={product}", 8),
        (reverse("catalog:org_partner", args=[number, partner]), 12),
        (reverse("catalog:eligibility", args=[number]), 8),
    ]
    for url, most in budgets:
        with django_assert_max_num_queries(most, info=url):
            assert as_member.get(url).status_code == 200
    client.logout()
    budgets = [
        (reverse("catalog:list"), 3),
        (reverse("catalog:list"), 1),  # the same again
        (reverse("catalog:list") + "?q=windows&kind=donation", 4),
        (reverse("catalog:list") + "?q=windwos", 8),
        (reverse("catalog:product", args=[product]), 4),
        (reverse("catalog:compare") + f"?p={product}", 3),
        (reverse("catalog:partner", args=[partner]), 7),
    ]
    for url, most in budgets:
        with django_assert_max_num_queries(most, info=url):
            assert client.get(url).status_code == 200


def test_a_second_organization_sees_its_own_verdict(client, two):
    small = MembershipFactory(organization__annual_budget=Decimal("50000.00"))
    client.force_login(small.user)
    page = client.get(reverse("catalog:org_list", args=[small.organization.number]))
    assert "Budget too high" not in page.text
    assert "2 of their 2 programs" in text(page)
