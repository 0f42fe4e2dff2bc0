"""What is kept of a list is never stale, and holds nothing of any organization."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog import editions, stock, verdicts
from catalog.eligibility import Facts, Source
from catalog.models import Edition, Program, Synonym
from tests.catalog.test_pages import text
from tests.factories import MembershipFactory, ProductFactory, ProgramFactory

pytestmark = pytest.mark.django_db
CANARY = "zanzibar"


@pytest.fixture
def product(db):
    editions.kept.forget()
    product = ProductFactory(name_en="Writer")
    stock.open_with(product, 3)
    product.refresh_from_db()
    return product


def listed(client, **asked) -> str:
    return text(client.get(reverse("catalog:list"), asked))


def test_every_change_that_a_list_shows_begins_an_edition(product):
    deeds = (
        lambda: type(product).objects.update(name_en="Painter"),
        lambda: type(product).objects.update(fee="1.00"),
        lambda: Program.objects.update(kind="hardware"),
        lambda: product.program.partner.__class__.objects.update(name="Acme"),
        lambda: product.category.__class__.objects.update(name_fr="Rayon"),
        lambda: product.program.versions.create(effective="2021-01-01"),
        lambda: product.former_names.create(sku="OLD-1"),
        lambda: Synonym.objects.create(words_en="a, b"),
        lambda: ProductFactory(program=product.program),
        lambda: stock.take("10001", {product.pk: 3}, by=None),
        lambda: type(product).objects.filter(pk=product.pk).delete(),
    )
    names = [editions.current()[0]]
    for deed in deeds[:-1]:
        deed()
        names.append(editions.current()[0])
    assert len(set(names)) == len(deeds)


def test_selling_some_of_many_begins_none(product):
    before = editions.current()
    stock.take("10001", {product.pk: 1}, by=None)
    assert editions.current() == before


def test_a_list_shows_a_change_at_once(client, product):
    assert "Writer" in listed(client) and "Writer" in listed(client)
    product.name_en = "Painter"
    product.save()
    assert "Painter" in listed(client)
    stock.take("10001", {product.pk: 3}, by=None)
    assert "Out of stock" in listed(client)


def test_a_product_is_shown_at_its_minute_though_nothing_is_written(client, product):
    now = timezone.now()
    ProductFactory(name_en="Later", published_from=now + timedelta(minutes=5))
    with time_machine.travel(now, tick=False):
        assert "Later" not in listed(client)
    with time_machine.travel(now + timedelta(minutes=4, seconds=59), tick=False):
        assert "Later" not in listed(client)
    with time_machine.travel(now + timedelta(minutes=5, seconds=1), tick=False):
        assert "Later" in listed(client)


def test_old_editions_are_forgotten_but_the_newest(product):
    name = editions.current()[0]
    Edition.objects.update(at=timezone.now() - timedelta(hours=2))
    editions.forget_old()
    assert Edition.objects.count() == 1
    assert editions.current()[0] != name


def test_nothing_of_an_organization_is_on_anothers_page(product):
    """Two organizations that may have the same, one that may not, and a visitor, in turn."""
    ProductFactory(name_en="Dear", program=ProgramFactory(criteria=[{"fact": "budget", "max": 10}]))
    ours, theirs, poor = (
        MembershipFactory(
            organization__legal_name=f"{word} House", organization__annual_budget=Decimal(budget)
        )
        for word, budget in (("Zanzibar", 900), ("Timbuktu", 800), ("Samarkand", 5))
    )
    names = {ours: "Zanzibar", theirs: "Timbuktu", poor: "Samarkand"}
    clients = {member: Client(headers={"accept-language": "en"}) for member in names}
    for member, client in clients.items():
        client.force_login(member.user)
    for _round in range(2):
        for query in ("", "?ours=on", "?q=writer", "?page=9", "?sort=name"):
            for member, client in clients.items():
                number = member.organization.number
                page = client.get(reverse("catalog:org_list", args=[number]) + query)
                assert names[member] in page.text
                others = [other for other in names if other is not member]
                for other in others:
                    assert names[other] not in page.text
                    assert f"/o/{other.organization.number}/" not in page.text
                assert ("Budget too high" in page.text) == (
                    member is not poor and "Dear" in page.text
                )
                assert f"/o/{number}/catalog/{product.slug}/" in page.text
            page = Client(headers={"accept-language": "en"}).get(reverse("catalog:list") + query)
            assert not [name for name in names.values() if name in page.text]
            assert "/o/" not in page.text and "Eligible" not in page.text
            assert f'"{reverse("catalog:list")}{product.slug}/"' in page.text


def test_a_mark_cannot_be_typed(client, product):
    for typed in ("<chip-1>", "/list/", "/compare/"):
        page = client.get(reverse("catalog:list"), {"q": typed})
        assert page.status_code == 200
        assert "<chip" not in page.text


def test_only_so_much_is_kept(monkeypatch):
    monkeypatch.setattr(editions, "MOST", 3)
    kept = editions.Kept()
    for n in range(10):
        assert kept.get(n, lambda n=n: (60, n)) == n
    assert kept.get(9, lambda: (60, "again")) == 9
    assert kept.get(0, lambda: (60, "again")) == "again"
    assert kept.get("over", lambda: (0, 1)) == 1
    assert kept.get("over", lambda: (0, 2)) == 2


def test_what_was_judged_is_kept_for_the_same_facts_and_day_only(product):
    charities = ProgramFactory(criteria=[{"fact": "kind", "in": ["charity"]}])
    edition, charity = editions.current()[0], Facts(kind="charity")

    def found(facts, *, on=date(2026, 3, 1)):
        return dict(verdicts.judged(edition, facts, on=on))[charities]

    for _ in range(2):
        assert found(charity).is_eligible
        assert not found(replace(charity, kind="library")).is_eligible
        assert not found(charity, on=date(2019, 12, 31)).is_eligible
    sourced = replace(charity, sources={"kind": Source("CRA")})
    assert found(sourced).results[0].source == Source("CRA")
