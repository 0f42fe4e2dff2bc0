"""What the portal needs of a payment provider: to make an order, ask for it, capture it.

Every call is one of: done, or one of three failures. Only `NotSent` and `Rejected` say that
nothing happened; after `OutcomeUnknown` the same call is repeated with the same request id, or
the provider is asked.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Protocol
from uuid import UUID


class GatewayError(Exception):
    """A call that brought no answer to go on with."""

    def __init__(
        self,
        text: str = "",
        *,
        status: int | None = None,
        issues: Sequence[str] = (),
        debug_id: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(text or ", ".join(issues))
        self.status = status
        self.issues = tuple(issues)
        self.debug_id = debug_id
        self.retry_after = retry_after  # seconds


class NotSent(GatewayError):
    """Provably not processed: no connection, no access token, too many calls."""


class Rejected(GatewayError):
    """Answered with a refusal: it did not happen, and `issues` say why."""


class OutcomeUnknown(GatewayError):
    """It may have happened: time-out, broken connection, a fault at the provider's."""


@dataclass(frozen=True)
class Item:
    """A line that the payer sees; `fee` in CAD for one."""

    name: str
    quantity: int
    fee: Decimal


@dataclass(frozen=True)
class Checkout:
    """What is to be paid, by whom it is asked, and where the payer comes back to."""

    reference: UUID
    invoice_id: str
    amount: Decimal
    currency: str
    items: Sequence[Item]
    language: str
    brand: str
    return_url: str
    cancel_url: str
    tax: Decimal = Decimal("0.00")
    """What of the amount is taxes; the rest is the items' fees."""


@dataclass(frozen=True)
class RefundRequest:
    """What is given back to the payer, and what the payer reads about it."""

    reference: UUID
    invoice_id: str
    amount: Decimal
    currency: str
    note: str


@dataclass(frozen=True)
class RefundSnapshot:
    """What the provider says of one refund now; `reference` is ours, empty when it is not."""

    refund_id: str
    status: str
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""
    detail: str = ""
    debug_id: str = field(default="", compare=False)


@dataclass(frozen=True)
class Snapshot:
    """What the provider says of one of its orders now; the only input of the state machine."""

    paypal_id: str
    status: str
    amount: Decimal | None = None
    currency: str = ""
    reference: str = ""
    capture_id: str = ""
    capture_status: str = ""
    detail: str = ""
    approve_url: str = ""
    debug_id: str = field(default="", compare=False)  # of the answer, not of the order
    links: Mapping[str, str] = field(default_factory=dict)
    refunds: tuple[RefundSnapshot, ...] = ()


class Provider(Protocol):
    """A payment provider. Each method raises NotSent, Rejected or OutcomeUnknown."""

    def create_order(self, checkout: Checkout) -> Snapshot:
        """Make an order to be approved by the payer; repeated with one reference, it is one."""

    def fetch_order(self, paypal_id: str) -> Snapshot:
        """What the provider says of an order now."""

    def capture(self, paypal_id: str, *, reference: UUID, generation: int) -> Snapshot:
        """Take the money of an approved order; repeated with one generation, it is one."""

    def refund(self, capture_id: str, *, asked: "RefundRequest", generation: int) -> RefundSnapshot:
        """Give back an amount of a capture; repeated with one generation, it is one."""

    def fetch_refund(self, refund_id: str) -> RefundSnapshot:
        """What the provider says of a refund now."""

    def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether a notice, byte for byte as it came, is the provider's."""


_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Calls in this block take no longer than this together: somebody is waiting for a page."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def time_left(most: float) -> float:
    """Seconds that a call may still take, at most `most`. Raises NotSent when none is left."""
    ends_at = _ends_at.get()
    left = most if ends_at is None else min(most, ends_at - time.monotonic())
    if left <= 0:
        raise NotSent("no time left")
    return left


@cache
def provider() -> Provider:
    """The provider that the settings name, one a process."""
    from orders.paypal import PayPal  # loaded when money is first spoken of

    return PayPal.from_settings()
