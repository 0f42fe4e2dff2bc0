"""The access matrix: every address, as every role, about one's own and somebody else's objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.world import World, build_world

MATRIX_FILE = Path(__file__).parent.parent / "access.yaml"
MATRIX = yaml.safe_load(MATRIX_FILE.read_text())
# Ways in that others wrote and test: their own access rules hold, and their own tests show it.
NOT_OURS = ("account_", "mfa_", "usersessions_", "admin:", "socialaccount_")
MEMBERS = ("owner", "approver", "buyer", "finance", "viewer")
STAFF = ("qualification", "fulfilment")
# What stands in addresses and belongs to no organization.
SHARED = {"product", "partner", "program", "step", "subject"}
ABOVE = ("above", "beside")  # of the organization whose branch this is: its owner, its buyer
PARTNERS = ("partner_person", "other_partner")  # of the partner in the address, and of another
ROLES = ("visitor", "stranger", *MEMBERS, *ABOVE, "neighbour", *PARTNERS, *STAFF, "superuser")


@dataclass(frozen=True)
class Page:
    name: str
    who: str
    roles: tuple[str, ...] = MEMBERS
    hidden: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    post: bool = False
    itself: bool = False
    query: str = ""
    status: int = 200

    def expected(self, role: str) -> set[int]:
        """Which statuses this role may get; 302 leads to the sign-in page."""
        yes = {405} if self.post else {self.status}
        match self.who:
            case "public":
                return yes
            case "person":
                return {302} if role == "visitor" and not self.post else yes
            case "machine":
                return {self.status}
            case "partner":
                if role == "visitor" and not self.post:
                    return {302}
                return yes if role == "partner_person" or self.post else {404}
            case "staff":
                may = role == "superuser" or role in self.groups
                return yes if may else {302, 403, 404}
        if role == "visitor":
            return {405} if self.post else {302}
        if role == "above" and self.itself:
            return {405} if self.post else {403, 404}
        if role in self.hidden:
            return {405} if self.post else {404}
        if role in self.roles or (role == "above" and "owner" in self.roles):
            return yes
        # A method is refused before anybody is looked at, so that it tells nothing.
        return {405} if self.post else {403} if role in MEMBERS else {404}


PAGES = {
    name: Page(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})
    for name, row in MATRIX.items()
}


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Every named address of the site, with its namespace."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}" if pattern.name else f"{space}{pattern.pattern}"


@pytest.fixture
def world(db) -> World:
    """Two organizations with everything in them."""
    return build_world()


def as_role(client: Client, world: World, role: str) -> None:
    client.logout()
    if role != "visitor":
        client.force_login(world.people[role])


def address(world: World, page: Page) -> str:
    return reverse(page.name, args=[world.arguments[name] for name in page.args]) + page.query


def test_no_address_is_in_the_file_twice():
    """YAML keeps the last of two, and forgets the first without a word."""
    names = [key.value for key, _ in yaml.compose(MATRIX_FILE.read_text()).value]
    assert sorted(names) == sorted(set(names))


def test_every_address_is_in_the_matrix():
    ours = {n for n in names(get_resolver()) if not n.startswith(NOT_OURS)}
    assert ours - set(PAGES) == set(), "add these addresses to tests/access.yaml"
    assert set(PAGES) - ours == set(), "these addresses of tests/access.yaml are gone"


@pytest.mark.parametrize("name", PAGES)
def test_who_may_open_what(client, world, name):
    page, surprises = PAGES[name], {}
    for role in ROLES:
        as_role(client, world, role)
        answer = client.get(address(world, page))
        to_sign_in = "/account/login/" in answer.get("Location", "/account/login/")
        if answer.status_code not in page.expected(role) or not (to_sign_in or page.status == 302):
            surprises[role] = answer.status_code
    assert surprises == {}


@pytest.mark.parametrize("name", [n for n, p in PAGES.items() if p.who == "member"])
def test_nobody_outside_can_change_anything(client, world, name):
    surprises = {}
    for role in ("stranger", "beside", "neighbour", *STAFF, "superuser"):
        as_role(client, world, role)
        answer = client.post(address(world, PAGES[name]), {})
        if answer.status_code not in {404, 405}:
            surprises[role] = answer.status_code
    assert surprises == {}


@pytest.mark.parametrize("name", [n for n, p in PAGES.items() if p.who == "partner"])
def test_nobody_but_its_people_can_do_anything_at_a_partners_desk(client, world, name):
    surprises = {}
    for role in set(ROLES) - {"visitor", "partner_person"}:
        as_role(client, world, role)
        answer = client.post(address(world, PAGES[name]), {})
        if answer.status_code not in {404, 405}:
            surprises[role] = answer.status_code
    assert surprises == {}


@pytest.mark.parametrize(
    "name",
    [
        n
        for n, p in PAGES.items()
        if p.who == "partner" and {"asked", "owed", "product"} & {*p.args}
    ],
)
def test_what_is_anothers_is_not_at_a_partners_own_desk(client, world, name):
    page = PAGES[name]
    args = [world.arguments[a] for a in page.args]
    args[0] = world.others_partner
    as_role(client, world, "other_partner")

    answer = (client.post if page.post else client.get)(reverse(name, args=args))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "name", [n for n, p in PAGES.items() if p.who == "member" and set(p.args) - SHARED - {"org"}]
)
def test_an_object_of_another_organization_is_not_there(client, world, name):
    """The neighbour asks at its own address for an object of ours."""
    page = PAGES[name]
    args = [world.arguments[a] for a in page.args]
    args[page.args.index("org")] = world.neighbours_org
    as_role(client, world, "neighbour")

    answer = (client.post if page.post else client.get)(reverse(name, args=args) + page.query)

    assert answer.status_code == 404
