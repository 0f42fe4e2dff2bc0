"""The whole site as `make run` serves it, on a database of its own, for journeys to use."""

import email
import email.policy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
START = 120  # seconds
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
PASSWORD = "demo-demo-demo"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@dataclass
class Site:
    """A running site: its address, and what a person finds in the mailbox."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    hand: subprocess.Popen[str]

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py on this site's data."""
        print(json.dumps(words), file=self.hand.stdin, flush=True)
        answer = self.hand.stdout.readline()
        assert answer, "the process that runs commands has ended"
        return subprocess.CompletedProcess(words, *json.loads(answer))

    def letters(self, to: str) -> list[EmailMessage]:
        """The e-mails that came for an address, oldest first."""
        found = []
        for file in sorted((self.folder / "mail").glob("*.eml"), key=lambda f: f.stat().st_mtime):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if to in str(letter["To"]):
                found.append(letter)
        return found

    def letter(self, to: str, containing: str, *, seconds: int = 40) -> str:
        """The text of the newest e-mail for an address that has these words; waits for it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for letter in reversed(self.letters(to)):
                text = letter.get_body(("plain",)).get_content()
                if containing in f"{letter['Subject']}\n{text}":
                    return text
            time.sleep(0.3)
        subjects = [str(letter["Subject"]) for letter in self.letters(to)]
        raise AssertionError(f"no e-mail to {to} with {containing!r}; there are {subjects}")

    def link(self, to: str, containing: str) -> str:
        """The first link of the site in that e-mail."""
        text = self.letter(to, containing)
        return re.search(rf"{re.escape(self.url)}\S+", text)[0]


def database(name: str) -> str:
    """A new, empty database beside the tests' own; returns its address."""
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address.rpartition('/')[0]}/{name}"


def start(folder: Path) -> Site:
    """Start everything and wait until the site answers and its demo data is there."""
    port = free_port()
    env = os.environ | {
        "DEBUG": "1",
        "PORT": str(port),
        "VAR_DIR": str(folder),
        "DATABASE_URL": database(f"journeys_{os.getpid()}"),
        # Each process its own queues: one site's worker must not take another's tasks.
        "REDIS_URL": f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{10 + WORKER}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    redis.from_url(env["REDIS_URL"]).flushdb()  # an earlier run's limits on sign-ups and mails
    for name in ("SECRET_KEY", "FIELD_KEYS"):  # the tests' own; a newcomer has none
        env.pop(name, None)
    url = f"http://127.0.0.1:{port}"
    log = (folder / "dev.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "dev"], cwd=ROOT, env=env, stdout=log, stderr=log, text=True
    )
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        if "Ctrl-C" in (folder / "dev.log").read_text() and answers(url):
            return Site(url, folder, process, _hand(env | {"SITE_URL": url}))
        time.sleep(0.2)
    _end(process)
    raise AssertionError(f"the site did not start:\n{(folder / 'dev.log').read_text()[-3000:]}")


def _hand(env: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.hand"],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def answers(url: str) -> bool:
    try:
        return urllib.request.urlopen(f"{url}/healthz", timeout=2).status == 200
    except OSError:
        return False


def stop(site: Site) -> None:
    """End it as Ctrl-C does."""
    site.hand.communicate(timeout=20)
    _end(site.process)


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
