"""Importing an organizations file: read it, check everything, and name every fault at once.

`read` is pure. SKUs and activities are those of the catalogue and are given in.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import override

from orgs.demofile import Address, DemoFile, Line, Membership, Order, Organization, Person
from orgs.filecheck import MAX_NAME, Check, suggestion
from orgs.numbers import clean_bn, clean_corporation_number, clean_neq, clean_postal_code
from orgs.vocabulary import KINDS, PROVINCES
from orgs.yamlfile import Fault, Node, Refused, load

FIRST_ORGANIZATION: Final = 100_001
FIRST_ORDER: Final = 10_001
STATUSES: Final = {
    "draft",
    "submitted",
    "in_review",
    "info_needed",
    "qualified",
    "declined",
    "lapsed",
    "suspended",
}
STAFF: Final = {"qualification", "fulfilment", "superuser"}
ROLES: Final = {"owner", "approver", "buyer", "viewer"}
STANDING: Final = {"awaiting_partner", "awaiting_payment", "paid", "fulfilled", "delivered"}
GIVEN_BACK: Final = {"cancelled", "expired", "refused", "refunded"}
METHODS: Final = {"paypal", "cheque"}
LANGUAGES: Final = {"fr", "en"}
NULLABLE: Final = {
    "bn",
    "neq",
    "corporation_number",
    "parent",
    "website",
    "mission",
    "annual_budget",
    "staff",
    "submitted_on",
    "qualified_since",
    "qualified_until",
}

__all__ = ["Fault", "Refused", "read"]


def read(text: bytes | str, *, skus: Collection[str], activities: Collection[str]) -> DemoFile:
    """An organizations file, checked; raises Refused with every fault."""
    node, faults = load(text)
    check = DemoCheck(faults, skus=skus, activities=activities)
    found = check.file(node)
    check.end()
    return found


@dataclass
class DemoCheck(Check):
    """Checks of a whole file, and what must be unique or exist in it."""

    skus: Collection[str] = ()
    activities: Collection[str] = ()
    seen: dict[str, dict[Any, str]] = field(default_factory=dict)
    """Where each number and name stands, by what must be unique in the file."""
    parents: dict[int, Node] = field(default_factory=dict)
    """The `parent` of each organization that has one, by number."""

    def unique(self, what: str, node: Node | None, value: Any) -> None:
        """Name a value that this file has for another of the same."""
        self.once(self.seen.setdefault(what, {}), node, value)

    def file(self, node: Node) -> DemoFile:
        """The whole file."""
        given = self.mapping(node, "organizations people orders")
        organizations = [self._organization(n) for n in self.items(given.get("organizations"))]
        self._parents()
        people = [self._person(n) for n in self.items(given.get("people"))]
        orders = [self._order(n) for n in self.items(given.get("orders"))]
        return DemoFile(tuple(organizations), tuple(people), tuple(orders))

    def _organization(self, node: Node) -> Organization:
        given = self.mapping(
            node,
            "number legal_name former_names kind bn parent province address phone website email "
            "language mission activities secular_arm annual_budget staff status submitted_on "
            "qualified_since qualified_until",
            "neq corporation_number",
        )
        for key in NULLABLE:
            if key in given and given[key].value is None:
                del given[key]
        number = self._number("organization", given.get("number"), FIRST_ORGANIZATION)
        budget, staff = given.get("annual_budget"), given.get("staff")
        names = self.items(given.get("former_names"))
        return Organization(
            number=number,
            legal_name=self.text(given.get("legal_name"), longest=MAX_NAME),
            former_names=tuple(self.text(name, longest=MAX_NAME) for name in names),
            kind=self.word(given.get("kind"), KINDS),
            bn=self._registration("bn", given.get("bn"), clean_bn),
            neq=self._registration("neq", given.get("neq"), clean_neq),
            corporation_number=self._registration(
                "corporation_number", given.get("corporation_number"), clean_corporation_number
            ),
            parent=self._parent(given.get("parent"), number),
            province=self.word(given.get("province"), PROVINCES),
            address=self._address(given.get("address")),
            phone=self.text(given.get("phone"), longest=40),
            website=self.text(given.get("website"), longest=MAX_NAME),
            email=self._email(given.get("email")),
            language=self.word(given.get("language"), LANGUAGES),
            mission=self.text(given.get("mission")),
            activities=tuple(self._activities(given.get("activities"))),
            secular_arm=self.flag(given.get("secular_arm")),
            annual_budget=self.amount(budget, digits=12) if budget else None,
            staff=self.whole(staff) if staff else None,
            **self._qualification(given),
        )

    def _qualification(self, given: Mapping[str, Node]) -> dict[str, Any]:
        days = {
            key: self.day(given[key]) if key in given else None
            for key in ("submitted_on", "qualified_since", "qualified_until")
        }
        since, until = days["qualified_since"], days["qualified_until"]
        if since and until and date.min not in (since, until) and since > until:
            self.fault("min_above_max", given["qualified_until"], f"qualified since {since}")
        return {"status": self.word(given.get("status"), STATUSES), **days}

    def _number(self, what: str, node: Node | None, least: int) -> int:
        found = len(self.faults)
        number = self.whole(node, least=least)
        if len(self.faults) == found:
            self.unique(what, node, number)
        return number

    def _registration(self, what: str, node: Node | None, clean: Callable[[str], str]) -> str:
        number = self._cleaned("bad_number", node, clean)
        self.unique(what, node, number)
        return number

    def _cleaned(self, kind: str, node: Node | None, clean: Callable[[str], str]) -> str:
        text = self.text(node)
        if node is None or not text.strip():
            return ""
        try:
            return clean(text)
        except ValidationError as error:
            with override("en"):
                self.fault(kind, node, " ".join(error.messages))
        return ""

    def _parent(self, node: Node | None, number: int) -> int | None:
        if node is None:
            return None
        self.parents[number] = node
        return self.whole(node)

    def _parents(self) -> None:
        """Every parent is another organization of the file, and no chain of them closes."""
        known = self.seen.get("organization", {})
        above = {number: node.value for number, node in self.parents.items()}
        for number, node in self.parents.items():
            if isinstance(node.value, int) and node.value not in known:
                self.fault("unknown_organization", node, "no organization of the file has it")
                continue
            chain: dict[int, None] = {}
            at: Any = number
            while at in above and at not in chain:
                chain[at] = None
                at = above[at]
            if at == number and number in chain:
                self.fault("parent_loop", node, "an organization is no branch of itself")

    def _address(self, node: Node | None) -> Address:
        given = self.mapping(node, "street unit city postal_code")
        unit = given.get("unit")
        return Address(
            street=self.text(given.get("street"), longest=MAX_NAME),
            unit="" if unit is None or unit.value is None else self.text(unit, longest=40),
            city=self.text(given.get("city"), longest=100),
            postal_code=self._cleaned("bad_number", given.get("postal_code"), clean_postal_code),
        )

    def _email(self, node: Node | None) -> str:
        email = self.text(node, longest=254)
        name, at, domain = email.rpartition("@")
        is_address = bool(name and at and "." in domain) and not any(c.isspace() for c in email)
        if node and email.strip() and not is_address:
            self.fault("wrong_type", node, "an e-mail address belongs here")
        return email

    def _activities(self, node: Node | None) -> list[str]:
        items = self.items(node)
        codes = [self.text(item) for item in items]
        for code, at in zip(codes, items, strict=True):
            if code and code not in self.activities:
                self.fault("unknown_activity", at, suggestion(code, self.activities))
        return list(dict.fromkeys(codes))

    def _person(self, node: Node) -> Person:
        given = self.mapping(node, "email username first_name last_name language staff memberships")
        email = self._email(given.get("email"))
        self.unique("person", given.get("email"), email.lower())
        username = self.text(given.get("username"), longest=150)
        self.unique("username", given.get("username"), username.lower())
        staff, seen = given.get("staff"), dict[Any, str]()
        memberships = [self._membership(n, seen) for n in self.items(given.get("memberships"))]
        return Person(
            email=email,
            username=username,
            first_name=self.text(given.get("first_name"), longest=150),
            last_name=self.text(given.get("last_name"), longest=150),
            language=self.word(given.get("language"), LANGUAGES),
            staff="" if staff is None or staff.value is None else self.word(staff, STAFF),
            memberships=tuple(memberships),
        )

    def _membership(self, node: Node, seen: dict[Any, str]) -> Membership:
        given = self.mapping(node, "organization role")
        number = self._known_organization(given.get("organization"))
        self.once(seen, given.get("organization"), number)
        return Membership(number, self.word(given.get("role"), ROLES))

    def _known_organization(self, node: Node | None) -> int:
        number = self.whole(node)
        if node and number and number not in self.seen.get("organization", {}):
            self.fault("unknown_organization", node, "no organization of the file has it")
        return number

    def _order(self, node: Node) -> Order:
        given = self.mapping(
            node,
            "number organization placed_by placed_at status lines",
            "given_back_at method answers",
        )
        placed_by = self.text(given.get("placed_by"))
        if placed_by and placed_by.lower() not in self.seen.get("person", {}):
            self.fault("unknown_person", given["placed_by"], "nobody of the file has this e-mail")
        method = given.get("method")
        placed_at = self.moment(given.get("placed_at"))
        return Order(
            number=self._number("order", given.get("number"), FIRST_ORDER),
            organization=self._known_organization(given.get("organization")),
            placed_by=placed_by,
            placed_at=placed_at,
            status=self.word(given.get("status"), STANDING | GIVEN_BACK),
            given_back_at=self._order_given_back(node, given, placed_at),
            method="paypal" if method is None else self.word(method, METHODS),
            answers=self._answers(given.get("answers")),
            lines=tuple(self._line(n, placed_at) for n in self.items(given.get("lines"), least=1)),
        )

    def _order_given_back(
        self, node: Node, given: Mapping[str, Node], placed_at: datetime
    ) -> datetime | None:
        status = given["status"].value if "status" in given else None
        at = given.get("given_back_at")
        if status in GIVEN_BACK and at is None:
            self.missing(node, "given_back_at", f"an order that is {status} says since when")
        if status in STANDING and at is not None:
            self.fault("unknown_value", at, f"an order that is {status} was not given back")
        return self._given_back(at, placed_at)

    def _given_back(self, node: Node | None, placed_at: datetime) -> datetime | None:
        if node is None:
            return None
        moment = self.moment(node)
        if moment.tzinfo and placed_at.tzinfo and moment < placed_at:
            self.fault("min_above_max", node, "given back before it was placed")
        return moment

    def _answers(self, node: Node | None) -> dict[str, Any]:
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong_type(node, "a mapping")
            return {}
        for key, answer in node.value.items():
            self.key(Node(key, answer.place, answer.line, key))
            if not isinstance(answer.value, str | int | date):
                self.wrong_type(answer, "a text, a whole number, a day, or true or false")
        return {key: answer.value for key, answer in node.value.items()}

    def _line(self, node: Node, placed_at: datetime) -> Line:
        given = self.mapping(node, "sku quantity", "fee given_back_at")
        sku = self.text(given.get("sku"))
        if sku and sku not in self.skus:
            self.fault("unknown_sku", given["sku"], suggestion(sku, self.skus))
        fee: Decimal | None = self.amount(given["fee"]) if "fee" in given else None
        quantity = self.whole(given.get("quantity"), least=1)
        return Line(sku, quantity, fee, self._given_back(given.get("given_back_at"), placed_at))
