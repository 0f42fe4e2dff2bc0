"""A real SMTP server for tests: it keeps what it gets, and refuses or breaks off on demand."""

import asyncio
import email
import email.policy
import logging
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from portal.supervisor import free_port


class Mailbox:
    """What arrived, and how the next deliveries go: `.fail("451 later", "drop", …)`."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.faults: list[str] = []
        self.is_holding = threading.Event()

    def fail(self, *faults: str) -> None:
        """One fault a delivery: an SMTP answer; "drop": taken, then the line goes dead; or
        "hold": no answer, as long as the other side can stand it."""
        self.faults.extend(faults)

    @property
    def messages(self) -> list[EmailMessage]:
        """All that was taken, oldest first."""
        policy = email.policy.default
        return [email.message_from_bytes(raw, policy=policy) for raw in self.raw]  # type: ignore

    def wait(self, count: int, *, seconds: float = 15) -> list[EmailMessage]:
        """The messages, once there are this many."""
        end = time.monotonic() + seconds
        while len(self.raw) < count and time.monotonic() < end:
            time.sleep(0.05)
        assert len(self.raw) >= count, [str(m["Subject"]) for m in self.messages]
        return self.messages

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "hold":
            self.is_holding.set()
            await asyncio.sleep(60)
        if fault and fault != "drop":
            return fault
        self.raw.append(envelope.content)
        if fault == "drop":
            server.transport.abort()
        return "250 taken"


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """The site's SMTP server for this test."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    keeper = Mailbox()
    controller = Controller(keeper, hostname="127.0.0.1", port=free_port(0))
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_TIMEOUT = 5
    yield keeper
    controller.stop()
