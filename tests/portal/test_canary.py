"""A word of one organization is in nobody else's pages, and in its own it is never markup."""

import html
import re
from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Left
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from orders.models import Order, OrderLine
from orgs import cases
from orgs.models import Organization
from tests.factories import MembershipFactory, OrderLineFactory
from tests.portal.test_access import MEMBERS, PAGES, SHARED, Page
from tests.world import World, build_world
from tokens.issue import issue

WORD = "Quagga"
MARK = f'{WORD}"><svg onload=1> '
OUTSIDE = ("visitor", "stranger", "beside", "neighbour", "other_partner")
# What holds the text of a link stands in for who was sent it.
SECRETS = {"confirm", "undo", "secret", "objection", "yes_to_alert", "stop", "name"}
# Codes, not words: pages and the database compute with them.
CODES = re.compile(
    r"sha256|digest|blind|last4|ciphertext|version|language|currency|content_type|key$|"
    r"_id$|time_zone|code$|^about$|^kind$|^action$|^model$|fact|entry|province|subject|phone|"
    r"username|password|event|first_name|last_name|^asked_for$|^name_|^place$|^value$|debug|detail"
)
LINK = re.compile(r'\b(?:href|action)="(/[^"#]*)')


def words_of(model: type[models.Model]) -> list[models.Field]:
    """The fields in which people of an organization, or staff about it, write as they like."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.EmailField)
        and not (field.choices or field.unique or CODES.search(field.name))
    ]


def mark(world: World) -> int:
    """Write the word into every text of the organization and its people; returns the fields."""
    others = Q(pk__in=[world.people[role].pk for role in ("stranger", "neighbour", "beside")])
    shared = {"catalog", "registers", "admin", "auth", "contenttypes", "sessions", "account"}
    marked = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # also what never changes
    Order.objects.update(held_at=timezone.now(), held_because="?")
    for model in apps.get_models():
        if model._meta.app_label in shared or not model._meta.managed:
            continue
        rows = model._default_manager.all()
        if model is User:
            rows = rows.exclude(others)
        elif model is Organization:
            rows = rows.filter(number=world.arguments["org"])
        for field in words_of(model):
            longest = field.max_length or 100_000
            text = Concat(Value(MARK), F(field.name), output_field=models.TextField())
            marked += bool(rows.update(**{field.name: Left(text, longest)}))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    return marked


def address(page: Page, world: World, **other: object) -> str:
    return reverse(page.name, args=[{**world.arguments, **other}[a] for a in page.args])


def pages_from(client: Client, first: Iterable[str]) -> dict[str, str]:
    """Everything that links lead to from these addresses, each page and kind of query once."""
    left, seen, found = list(first), set(), {}
    while left:
        url = html.unescape(left.pop())
        path, _, query = url.partition("?")
        place = (path, *sorted({part.split("=")[0] for part in query.split("&")}))
        if place in seen or path.startswith("/static/"):
            continue
        seen.add(place)
        page = client.get(url)
        found[url] = page.getvalue().decode(errors="replace")
        if "html" not in page.get("Content-Type", "html"):
            found[url] = html.escape(found[url])  # no browser reads markup in it
        left += [page["Location"]] if page.has_header("Location") else LINK.findall(found[url])
    return found


@pytest.fixture
def world(db) -> World:
    """Every text of the organization, and of who belongs to it, has the word in it."""
    world = build_world()
    assert mark(world) > 40
    return world


@pytest.mark.parametrize("role", OUTSIDE)
def test_nothing_of_an_organization_is_in_a_page_of_anybody_else(client, world, role):
    if role != "visitor":
        client.force_login(world.people[role])
    asked = [page for page in PAGES.values() if not SECRETS & {*page.args}]
    first = [address(page, world) + page.query for page in asked]
    first += [
        address(page, world, org=world.neighbours_org)
        for page in asked
        if page.who == "member" and not {*page.args} - SHARED - {"org"}
    ]

    pages = pages_from(client, first)

    assert len(pages) > 100
    assert [url for url, text in pages.items() if WORD in text] == []


def test_how_much_an_organization_has_shows_on_nobody_elses_pages(client, world):
    org = Organization.objects.get(number=world.arguments["org"])
    first = ["/", reverse("dashboard", args=[world.neighbours_org]), reverse("catalog:list")]
    client.force_login(world.people["neighbour"])
    before = pages_from(client, first)

    owner, product = world.people["owner"], OrderLine.objects.get().product
    for n in range(8):  # of some there are no more at a time
        OrderLineFactory(order__organization=org, order__placed_by=owner, product=product)
        cases.start(org, by=owner, topic="other", subject="Again", text="?")
        issue(org, bearer_name=f"Noor {n}", bearer_email=f"noor{n}@example.org", by=owner)
        MembershipFactory(organization=org, role_code="viewer")
    after = pages_from(client, first)

    assert len(before) > 40
    changed = [url for url in before if plain(before[url]) != plain(after.get(url, ""))]
    assert [url for url in changed if not before[url].startswith("%PDF")] == []  # says when


def plain(page: str) -> str:
    """Without what is new each time."""
    return re.sub(r'(csrfmiddlewaretoken"|nonce=|name="attempt") ?(value=)?"[^"]*"', "", page)


@pytest.mark.parametrize("role", MEMBERS[:1] + MEMBERS[2:])
def test_what_people_write_is_text_on_their_own_pages(client, world, role):
    client.force_login(world.people[role])

    pages = pages_from(client, ["/", reverse("dashboard", args=[world.arguments["org"]])])

    with_it = [url for url, text in pages.items() if WORD in text]
    assert len(with_it) > 20
    assert [url for url, text in pages.items() if "<svg onload" in text] == []


def test_what_people_write_is_text_on_the_pages_of_staff(client, world):
    client.force_login(world.people["superuser"])

    pages = pages_from(client, [reverse("admin:index")])

    with_it = [url for url, text in pages.items() if WORD in text]
    assert len(with_it) > 60
    assert [url for url, text in pages.items() if "<svg onload" in text] == []
