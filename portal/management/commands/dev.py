"""manage.py dev: the whole site with demo data, until Ctrl-C; `make run` calls it."""

import io
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from portal import embedded
from portal.management.commands.demo import SIGN_INS
from portal.supervisor import Stopped, Supervisor, free_port, is_free, on_signals

PYTHON = ("-W", "ignore")
CELERY = ("-m", "celery", "-A", "portal")


class Command(BaseCommand):
    help = "Web, worker, beat, PayPal simulator and a mailbox, under one supervisor."

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This is for development: it runs with DEBUG=1 only.")
        on_signals()
        port = int(os.environ.get("PORT", "8000"))
        supervisor = None
        try:
            if not is_free(port):
                raise CommandError(
                    f"Port {port} is in use. End what runs there, or: make run PORT={port + 1}"
                )
            supervisor = self.prepare(port)
            self.run_all(supervisor, port)
        except Stopped:
            self.stdout.write("Stopping.")
        except (RuntimeError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            if supervisor:
                supervisor.stop()
            if home := os.environ.get("PORTAL_EMBEDDED"):  # manage.py started them
                embedded.down(Path(home))

    def prepare(self, port: int) -> Supervisor:
        """The database up to date, with demo data, and what the children need to know."""
        call_command("migrate", verbosity=0)
        if not User.objects.filter(email=SIGN_INS[0][0]).exists():
            self.stdout.write("Loading the demo data.")
            call_command("demo", stdout=io.StringIO(), verbosity=0)
        env = os.environ | {
            "SITE_URL": f"http://127.0.0.1:{port}",
            "PAYPAL_BASE_URL": f"http://127.0.0.1:{free_port(9050)}",
            "EMAIL_URL": f"smtp://127.0.0.1:{free_port(1025)}",
            "PYTHONUNBUFFERED": "1",
        }
        return Supervisor(settings.VAR_DIR / "log", env)

    def run_all(self, supervisor: Supervisor, port: int) -> None:
        """Start the children, say where the site is, and watch them."""
        env, var = supervisor.env, settings.VAR_DIR
        site, paypal = env["SITE_URL"], env["PAYPAL_BASE_URL"].rpartition(":")[2]
        smtp = env["EMAIL_URL"].rpartition(":")[2]
        supervisor.start("mailbox", *PYTHON, "-m", "mail.catcher", smtp, str(var / "mail"))
        notices = f"{site}/webhooks/paypal/"
        simulator = ("--port", paypal, "--state", str(var / "paypal"), "--webhook-url", notices)
        supervisor.start("paypal", *PYTHON, "-m", "paypal_simulator", *simulator)
        web = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{port}")
        supervisor.start("web", *PYTHON, *web)
        queues = "mail,qualification,alerts,fulfilment,payments"
        worker = ("worker", "-P", "threads", "-c", "4", "-Q", queues, "-l", "info")
        quiet = ("--without-gossip", "--without-mingle")
        supervisor.start("worker", *PYTHON, *CELERY, *worker, *quiet)
        beat = ("beat", "-s", str(var / "beat"), "--pidfile=", "-l", "info")
        supervisor.start("beat", *PYTHON, *CELERY, *beat)
        supervisor.wait_for(f"{site}/healthz")
        self.stdout.write(self.greeting(site))
        self.stdout.flush()
        supervisor.watch()

    def greeting(self, site: str) -> str:
        people = "\n".join(f"  {email:<30} {who}" for email, who in SIGN_INS)
        return (
            f"\n  {site}/            the site\n"
            f"  {site}/mailbox/    every e-mail it sends\n"
            f"  {site}/admin/      for staff\n\n"
            f"Sign in with the password {settings.DEMO_PASSWORD} as\n{people}\n\n"
            "Ctrl-C stops everything."
        )
