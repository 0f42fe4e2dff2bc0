"""Importing a catalogue file: read it, check everything, and name every fault at once.

`read` is pure; what it returns is ready to be written.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from catalog.catalogue import (
    Activity,
    Catalogue,
    Category,
    Delivery,
    Faq,
    Milestone,
    Partner,
    Product,
    Program,
    Refund,
    Text,
)
from catalog.terms import (
    APPROVALS,
    ATTESTATIONS,
    GROUPS,
    METHODS,
    PLATFORMS,
    PROGRAM_KINDS,
    REFUNDS,
    RENEWALS,
    STATUSES,
)
from catalog.termscheck import TermsCheck
from orgs.filecheck import MAX_NAME, is_list, suggestion
from orgs.yamlfile import Fault, Node, Refused, load

MAX_HEADING: Final = 120
"""Characters in the name of a partner or category."""

__all__ = ["Fault", "Refused", "read"]


def read(text: bytes | str) -> Catalogue:
    """A catalogue file, checked; raises Refused with every fault."""
    node, faults = load(text)
    check = CatalogueCheck(faults)
    catalogue = check.catalogue(node)
    check.end()
    return catalogue


@dataclass
class CatalogueCheck(TermsCheck):
    """Checks of a whole catalogue, and what must be unique or exist in it."""

    children: dict[str, set[str] | None] | None = field(default_factory=dict)
    """Child slugs by parent; None when they cannot be told."""
    seen: dict[str, dict[Any, str]] = field(default_factory=dict)
    """Where each slug and SKU stands, by what must be unique in the whole file."""
    replaced: list[tuple[str, Node]] = field(default_factory=list)
    """The SKU of each product that is replaced, with its `replaced_by`."""

    def unique(self, what: str, node: Node | None, value: Any) -> None:
        """Name a value that this file has for another of the same."""
        self.once(self.seen.setdefault(what, {}), node, value)

    def catalogue(self, node: Node) -> Catalogue:
        """The whole file."""
        given = self.mapping(node, "activities categories partners")
        activities = [self._activity(item) for item in self.items(given.get("activities"))]
        categories = [self._category(item) for item in self.items(given.get("categories"))]
        if is_list(given.get("activities")):
            self.activities = {activity.code for activity in activities}
        if not is_list(given.get("categories")):
            self.children = None
        partners = [self._partner(item) for item in self.items(given.get("partners"))]
        self._replacements()
        return Catalogue(tuple(activities), tuple(categories), tuple(partners))

    def _activity(self, node: Node) -> Activity:
        given = self.mapping(node, "code name group")
        code = self.key(given.get("code"))
        self.unique("activity", given.get("code"), code)
        name = self.localized(given.get("name"), longest=MAX_NAME)
        return Activity(code, name, self.word(given.get("group"), GROUPS))

    def _category(self, node: Node) -> Category:
        given = self.mapping(node, "slug name children")
        slug, name = self._named(given, MAX_HEADING)
        self.unique("category", given.get("slug"), slug)
        seen: dict[Any, str] = {}
        children = [self._child(item, seen) for item in self.items(given.get("children"))]
        if self.children is not None:
            known = (self.children.get(slug) or set()) | {child.slug for child in children}
            self.children[slug] = known if is_list(given.get("children")) else None
        return Category(slug, name, tuple(children))

    def _child(self, node: Node, seen: dict[Any, str]) -> Category:
        given = self.mapping(node, "slug name")
        slug, name = self._named(given, MAX_HEADING)
        self.once(seen, given.get("slug"), slug)
        return Category(slug, name)

    def _named(self, given: Mapping[str, Node], longest: int = MAX_NAME) -> tuple[str, Text]:
        return self.slug(given.get("slug")), self.localized(given.get("name"), longest=longest)

    def _partner(self, node: Node) -> Partner:
        given = self.mapping(node, "slug name website about programs", "faq")
        slug = self.slug(given.get("slug"))
        self.unique("partner", given.get("slug"), slug)
        return Partner(
            slug=slug,
            name=self.text(given.get("name"), longest=MAX_HEADING),
            website=self._website(given.get("website")),
            about=self.localized(given.get("about")),
            faq=tuple(self._faq(item) for item in self.items(given.get("faq"))),
            programs=tuple(self._program(item) for item in self.items(given.get("programs"))),
        )

    def _website(self, node: Node | None) -> str:
        website = self.text(node, longest=MAX_NAME)
        if node and website and not _is_https(website):
            self.fault("wrong_type", node, "an https address belongs here")
        return website

    def _faq(self, node: Node) -> Faq:
        given = self.mapping(node, "question answer")
        return Faq(self.localized(given.get("question")), self.localized(given.get("answer")))

    def _program(self, node: Node) -> Program:
        given = self.mapping(
            node,
            "slug name kind versions delivery products",
            "limits alone_in_cart approval questions attestations refund renewal",
        )
        slug, name = self._named(given)
        self.unique("program", given.get("slug"), slug)
        products = tuple(self._product(item) for item in self.items(given.get("products")))
        groups = {product.title_group for product in products}
        known = groups if is_list(given.get("products")) else None
        return Program(
            slug=slug,
            name=name,
            kind=self.word(given.get("kind"), PROGRAM_KINDS),
            versions=self.versions(given.get("versions")),
            limits=tuple(self.limit(item, known) for item in self.items(given.get("limits"))),
            alone_in_cart=self.flag(given.get("alone_in_cart")),
            approval=self._word_or(given.get("approval"), APPROVALS),
            questions=self.questions(given.get("questions")),
            attestations=tuple(self.words(given.get("attestations"), ATTESTATIONS)),
            refund=self._refund(given.get("refund")),
            renewal=self._word_or(given.get("renewal"), RENEWALS),
            delivery=self._delivery(given.get("delivery")),
            products=products,
        )

    def _word_or(self, node: Node | None, known: Collection[str], default: str = "none") -> str:
        return default if node is None else self.word(node, known)

    def _refund(self, node: Node | None) -> Refund:
        given = self.mapping(node, optional="allowed days whole_program")
        allowed = self._word_or(given.get("allowed"), REFUNDS)
        days = given.get("days")
        if days and allowed == "none":
            self.fault("unknown_value", days, "days do not go with allowed: none")
        return Refund(
            allowed=allowed,
            days=self.whole(days, least=1) if days else None,
            whole_program=self.flag(given.get("whole_program")),
        )

    def _delivery(self, node: Node | None) -> Delivery:
        given = self.mapping(node, "method", "business_days weeks milestones")
        times = [given[name] for name in ("business_days", "weeks") if name in given]
        if node and isinstance(node.value, dict) and len(times) != 1:
            both = "both are there" if times else "neither is there"
            message = f"exactly one of business_days and weeks is required; {both}"
            self.missing(node, "business_days", message)
        seen: dict[Any, str] = {}
        milestones = [self._milestone(item, seen) for item in self.items(given.get("milestones"))]
        return Delivery(
            method=self.word(given.get("method"), METHODS),
            business_days=self._range(given.get("business_days")),
            weeks=self._range(given.get("weeks")),
            milestones=tuple(milestones),
        )

    def _range(self, node: Node | None) -> tuple[int, int] | None:
        if node is None:
            return None
        found = len(self.faults)
        numbers = [self.whole(item) for item in self.items(node)]
        if is_list(node) and len(numbers) != 2:
            self.fault("wrong_type", node, "a list of two numbers, from and to, belongs here")
        if len(numbers) != 2:
            return None
        if numbers[0] > numbers[1] and len(self.faults) == found:
            self.fault("min_above_max", node, "from is later than to", value=str(numbers))
        return numbers[0], numbers[1]

    def _milestone(self, node: Node, seen: dict[Any, str]) -> Milestone:
        given = self.mapping(node, "key after_delivery_weeks name")
        key = self.key(given.get("key"))
        self.once(seen, given.get("key"), key)
        weeks = self.whole(given.get("after_delivery_weeks"), least=1)
        return Milestone(key, weeks, self.localized(given.get("name"), longest=MAX_NAME))

    def _product(self, node: Node) -> Product:
        given = self.mapping(
            node,
            "sku slug name summary details category fee",
            "title_group retail_value units_per_pack platforms stock requirements personal_use "
            "replaced_by status",
        )
        # A key that may be null says the same as one that is left out.
        for key in ("title_group", "retail_value", "stock", "requirements", "replaced_by"):
            if key in given and given[key].value is None:
                del given[key]
        sku = self.sku(given.get("sku"))
        self.unique("sku", given.get("sku"), sku)
        slug, name = self._named(given)
        self.unique("product", given.get("slug"), slug)
        retail, stock, needs = (given.get(key) for key in ("retail_value", "stock", "requirements"))
        return Product(
            sku=sku,
            slug=slug,
            name=name,
            summary=self.localized(given.get("summary")),
            details=self.localized(given.get("details")),
            category=self._category_of(given.get("category")),
            title_group=self.slug(given.get("title_group")),
            fee=self.amount(given.get("fee")),
            retail_value=self.amount(retail) if retail else None,
            units_per_pack=self.whole(given.get("units_per_pack"), least=1),
            platforms=tuple(self.words(given.get("platforms"), PLATFORMS)),
            stock=self.whole(stock) if stock else None,
            requirements=self.localized(needs) if needs else None,
            personal_use=self.flag(given.get("personal_use")),
            replaced_by=self._replaced_by(given, sku),
            status=self._word_or(given.get("status"), STATUSES, "live"),
        )

    def _category_of(self, node: Node | None) -> tuple[str, str]:
        path = self.text(node)
        parent, _, child = path.partition("/")
        if node is None or not path or self.children is None:
            return parent, child
        children = self.children.get(parent)
        if parent not in self.children:
            self.fault("unknown_category", node, suggestion(parent, self.children))
        elif children is not None and child not in children:
            message = f"no such child of {parent}: {suggestion(child, children)}"
            self.fault("unknown_category", node, message)
        return parent, child

    def _replaced_by(self, given: Mapping[str, Node], sku: str) -> str:
        node = given.get("replaced_by")
        if node is None:
            return ""
        status = given.get("status")
        if status is None or status.value == "live":
            self.fault("unknown_value", node, "only a discontinued product is replaced")
        self.replaced.append((sku, node))
        return self.sku(node)

    def _replacements(self) -> None:
        """Every replacement is another product of the file, and none leads back."""
        known = self.seen.get("sku", {})
        circles = _circles({sku: node.value for sku, node in self.replaced})
        for sku, node in self.replaced:
            if not isinstance(node.value, str):
                continue
            if node.value == sku:
                self.fault("unknown_replaced_by", node, "a product does not replace itself")
            elif node.value not in known:
                self.fault("unknown_replaced_by", node, suggestion(node.value, known))
            elif sku in circles:
                self.fault("replaced_by_loop", node, "the replacements lead back to this product")


def _circles(next_of: Mapping[str, Any]) -> set[str]:
    """Those that lead back to themselves."""
    done: set[str] = set()
    found: set[str] = set()
    for start in next_of:
        path: dict[str, int] = {}
        sku: Any = start
        while isinstance(sku, str) and sku in next_of and sku not in done and sku not in path:
            path[sku] = len(path)
            sku = next_of[sku]
        if isinstance(sku, str) and sku in path:
            found |= {member for member, place in path.items() if place >= path[sku]}
        done |= path.keys()
    return found


def _is_https(website: str) -> bool:
    """An address with a host that has a dot, and without a name or password before it."""
    try:
        parts = urlsplit(website)
        host = parts.hostname or ""
    except ValueError:
        return False
    is_one_word = not any(letter.isspace() or letter in '<>"\\' for letter in website)
    return parts.scheme == "https" and "." in host and "@" not in parts.netloc and is_one_word
