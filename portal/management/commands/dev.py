"""manage.py dev: the whole site with demo data, until Ctrl-C; `make run` calls it."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import connection

from accounts.models import User
from portal.management.commands.demo import SIGN_INS
from portal.supervisor import Stopped, Supervisor, free_port, is_free, on_signals
from portal.unapplied import unapplied

QUIET = ("-W", "ignore")
CELERY = (*QUIET, "-m", "celery", "-A", "portal")
USUAL_PORT = 8000
QUEUES = "mail,qualification,alerts,fulfilment,payments"


class Command(BaseCommand):
    help = "Web, worker, beat, PayPal simulator and a mailbox, under one supervisor."
    requires_system_checks = []  # they take longer than all the rest of a second start

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This is for development: it runs with DEBUG=1 only.")
        port = asked_port()
        on_signals()
        supervisor = None
        try:
            self.prepare()
            supervisor = Supervisor(settings.VAR_DIR / "log", addresses(port))
            self.run_all(supervisor)
        except Stopped:
            self.stdout.write("Stopping.")
        except (RuntimeError, OSError, DatabaseError) as error:
            raise CommandError(str(error).strip()) from error
        finally:
            if supervisor:
                supervisor.stop()

    def prepare(self) -> None:
        """The database up to date, with demo data."""
        if unapplied():
            self.stdout.write("Preparing the database.")
            call_command("migrate", verbosity=0)
        if not User.objects.filter(email=SIGN_INS[0][0]).exists():
            self.stdout.write("Loading the demo data.")
            with open(os.devnull, "w") as nothing:  # noqa: PTH123  (not a file)
                call_command("demo", stdout=nothing, verbosity=0)
        connection.close()

    def run_all(self, supervisor: Supervisor) -> None:
        """Start the children, say where the site is, and watch them.

        Those that the first page needs come first: on two cores that is half of the wait.
        """
        env, var = supervisor.env, settings.VAR_DIR
        site, smtp = env["SITE_URL"], env["EMAIL_URL"].rpartition(":")[2]
        bind = ("--bind", site.removeprefix("http://"), "--no-control-socket")
        web = ("-m", "gunicorn", *bind, "--threads", "8", "--access-logfile", "-")
        supervisor.start("web", *QUIET, *web, "portal.wsgi")
        catcher = ("--port", smtp, "--folder", str(settings.MAILBOX_DIR))
        supervisor.start("mailbox", *QUIET, "-m", "mail.catcher", *catcher)
        worker = ("worker", "--pool", "threads", "--concurrency", "4", "--queues", QUEUES)
        quiet = ("--loglevel", "info", "--without-gossip", "--without-mingle")
        supervisor.start("worker", *CELERY, *worker, *quiet)
        supervisor.wait_for(f"{site}/healthz")
        where = (
            "--port",
            env["PAYPAL_BASE_URL"].rpartition(":")[2],
            "--state",
            str(var / "paypal"),
        )
        notices = ("--webhook-url", f"{site}/webhooks/paypal/")
        supervisor.start("paypal", *QUIET, "-m", "paypal_simulator", *where, *notices)
        beat = ("beat", "--schedule", str(var / "beat"), "--pidfile=", "--loglevel", "info")
        supervisor.start("beat", *CELERY, *beat)
        self.stdout.write(greeting(site))
        self.stdout.flush()
        supervisor.watch()


def asked_port() -> int:
    """PORT, or 8000. Raises CommandError when it is no port, or is in use."""
    asked = os.environ.get("PORT", "8000")
    if not asked.isdecimal() or not 0 < int(asked) < 65536:
        raise CommandError(f"PORT is a number from 1 to 65535, not {asked!r}.")
    if not is_free(int(asked)):
        raise CommandError(
            f"Port {asked} is in use. End what runs there, or choose another: make run PORT=8001"
        )
    return int(asked)


def addresses(port: int) -> dict[str, str]:
    """The environment of the children: where each finds the others."""
    is_usual = port == USUAL_PORT  # sites beside it do not race for the well-known ports
    return os.environ | {
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PAYPAL_BASE_URL": f"http://127.0.0.1:{free_port(9050 if is_usual else 0)}",
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port(1025 if is_usual else 0)}",
        "PYTHONUNBUFFERED": "1",
    }


def greeting(site: str) -> str:
    people = "\n".join(f"  {email:<30} {who}" for email, who in SIGN_INS)
    return (
        f"\n  {site}/            the site\n"
        f"  {site}/mailbox/    every e-mail it sends\n"
        f"  {site}/admin/      for staff\n\n"
        f"Sign in with the password {settings.DEMO_PASSWORD} as\n{people}\n\n"
        "Ctrl-C stops everything."
    )
