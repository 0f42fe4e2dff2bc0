"""What an organizations file says, as plain values: organizations, people and their orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Answer = str | int | bool | date
"""To a question of a program."""


@dataclass(frozen=True)
class Address:
    """Where an organization is."""

    street: str
    unit: str
    city: str
    postal_code: str
    """As "J1H 9Z9"."""


@dataclass(frozen=True)
class Organization:
    """An organization with its facts; an empty text or None is not known."""

    number: int
    legal_name: str
    former_names: tuple[str, ...]
    kind: str
    bn: str
    neq: str
    corporation_number: str
    parent: int | None
    province: str
    address: Address
    phone: str
    website: str
    email: str
    language: str
    mission: str
    activities: tuple[str, ...]
    secular_arm: bool
    annual_budget: Decimal | None
    staff: int | None
    status: str
    submitted_on: date | None
    qualified_since: date | None
    qualified_until: date | None


@dataclass(frozen=True)
class Membership:
    """What a person is in an organization."""

    organization: int
    role: str


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    email: str
    username: str
    first_name: str
    last_name: str
    language: str
    staff: str
    """"" for somebody who is not."""
    memberships: tuple[Membership, ...]


@dataclass(frozen=True)
class Line:
    """One product of an order."""

    sku: str
    quantity: int
    fee: Decimal | None
    """Of one pack; None is today's."""
    given_back_at: datetime | None


@dataclass(frozen=True)
class Order:
    """An order of the past."""

    number: int
    organization: int
    placed_by: str
    placed_at: datetime
    status: str
    given_back_at: datetime | None
    method: str
    answers: Mapping[str, Answer]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class DemoFile:
    """The whole file."""

    organizations: tuple[Organization, ...]
    people: tuple[Person, ...]
    orders: tuple[Order, ...]
