"""What a catalogue file says, as plain values: every default filled in, nothing left to check."""

from dataclasses import dataclass
from decimal import Decimal

from catalog.terms import Limit, Version


@dataclass(frozen=True)
class Text:
    """A text in both languages."""

    fr: str
    en: str


@dataclass(frozen=True)
class Activity:
    """One thing that organizations do."""

    code: str
    name: Text
    group: str


@dataclass(frozen=True)
class Category:
    """A heading of the catalogue; only those of the first level have children."""

    slug: str
    name: Text
    children: tuple["Category", ...] = ()


@dataclass(frozen=True)
class Product:
    """One pack that can be ordered."""

    sku: str
    slug: str
    name: Text
    summary: Text
    details: Text
    """Markdown."""
    category: tuple[str, str]
    """Slugs of the parent and of the child."""
    fee: Decimal
    title_group: str = ""
    retail_value: Decimal | None = None
    units_per_pack: int = 1
    platforms: tuple[str, ...] = ()
    stock: int | None = None
    """Opening stock, for a new product only; None cannot run out."""
    requirements: Text | None = None
    personal_use: bool = False
    replaced_by: str = ""
    status: str = "live"


@dataclass(frozen=True)
class Choice:
    """One answer that a question offers."""

    value: str
    label: Text


@dataclass(frozen=True)
class Question:
    """What a program asks at checkout."""

    key: str
    label: Text
    type: str
    choices: tuple[Choice, ...] = ()
    required: bool = True
    refuse_if: bool | str | None = None
    """This answer means that the order is refused."""


@dataclass(frozen=True)
class Refund:
    """What may come back, and until when."""

    allowed: str = "none"
    days: int | None = None
    """After delivery; None has no end."""
    whole_program: bool = False


@dataclass(frozen=True)
class Milestone:
    """Something that happens so many weeks after delivery."""

    key: str
    after_delivery_weeks: int
    name: Text


@dataclass(frozen=True)
class Delivery:
    """How products arrive, and how long after payment: exactly one of the two times."""

    method: str
    business_days: tuple[int, int] | None = None
    weeks: tuple[int, int] | None = None
    milestones: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class Program:
    """What a partner offers under one set of rules."""

    slug: str
    name: Text
    kind: str
    versions: tuple[Version, ...]
    delivery: Delivery
    products: tuple[Product, ...]
    limits: tuple[Limit, ...] = ()
    alone_in_cart: bool = False
    approval: str = "none"
    questions: tuple[Question, ...] = ()
    attestations: tuple[str, ...] = ()
    refund: Refund = Refund()
    renewal: str = "none"


@dataclass(frozen=True)
class Faq:
    """A question that people ask about a partner."""

    question: Text
    answer: Text


@dataclass(frozen=True)
class Partner:
    """A donor partner."""

    slug: str
    name: str
    website: str
    about: Text
    programs: tuple[Program, ...]
    faq: tuple[Faq, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """The whole file."""

    activities: tuple[Activity, ...]
    categories: tuple[Category, ...]
    partners: tuple[Partner, ...]
