"""Real Celery workers that are killed, and a real Valkey that forgets: nothing owed is lost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import connection
from kombu import Connection

from mail.models import Message
from mail.tasks import send_due
from portal import embedded
from portal.supervisor import free_port

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
WORKER = ("-m", "celery", "-A", "portal", "worker", "--pool", "threads", "--concurrency", "2")
QUIET = ("--without-gossip", "--without-mingle", "--queues", "mail")


@dataclass
class Valkey:
    """A broker of our own, without any memory on disk."""

    port: int = field(default_factory=lambda: free_port(0))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [embedded.valkey_bin(), "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: embedded.answers(self.port))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wake(self) -> None:
        with Connection(self.url) as broker:
            send_due.apply_async(connection=broker)


def until(happens: Callable[[], object], *, seconds: int = 30) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    server = Valkey()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def worker(valkey, mailbox, settings, tmp_path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a Celery worker on the tests' database; a message is leased for two seconds."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "REDIS_URL": valkey.url,
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "MAIL_LEASE": "2",
    }
    running = []

    def start() -> subprocess.Popen[bytes]:
        log = (tmp_path / "worker.log").open("ab")
        command = [sys.executable, *WORKER, *QUIET]
        root = Path(__file__).parent.parent.parent
        running.append(subprocess.Popen(command, env=env, cwd=root, stdout=log, stderr=log))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def sweep_until_sent(valkey: Valkey, count: int) -> None:
    """Beat, a little faster."""

    def sent() -> bool:
        valkey.wake()
        return Message.objects.exclude(sent_at=None).count() == count

    until(sent)


def test_a_worker_killed_in_mid_delivery_loses_nothing(letter, mailbox, valkey, worker):
    mailbox.fail("hold")
    message = letter()
    first = worker()
    valkey.wake()
    until(mailbox.is_holding.is_set)

    first.kill()
    first.wait()
    message.refresh_from_db()
    assert (message.sent_at, message.attempts) == (None, 1)

    worker()
    sweep_until_sent(valkey, 1)
    message.refresh_from_db()
    assert message.attempts == 2
    assert len(mailbox.messages) == 1


def test_a_broker_that_forgets_everything_loses_nothing(letter, mailbox, valkey, worker):
    for number in range(3):
        letter(key=str(number))
        valkey.wake()
    valkey.kill()
    valkey.start()

    worker()
    sweep_until_sent(valkey, 3)
    assert len(mailbox.messages) == 3


def test_what_is_owed_outlives_the_broker_and_the_worker(letter, mailbox, valkey, worker):
    process = worker()
    letter(key="before")
    valkey.wake()
    mailbox.wait(1, seconds=30)

    valkey.kill()
    letter(key="meanwhile")
    time.sleep(3)
    valkey.start()
    if process.poll() is not None:  # it gave up: as in production, it is started again
        worker()

    sweep_until_sent(valkey, 2)
    assert len(mailbox.messages) == 2
