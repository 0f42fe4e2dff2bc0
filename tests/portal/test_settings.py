"""Production starts only with what it needs, and is safe as it stands."""

import os
import subprocess
import sys

import pytest

SET = {
    "SECRET_KEY": "a-key-for-this-test-only-a-key-for-this-test-only-a-key-123",
    "FIELD_KEYS": "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SITE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "PAYPAL_BASE_URL": "https://api-m.paypal.com",
}
SHOW = """
import json
from portal import settings
print(json.dumps({name: getattr(settings, name) for name in %r}))
"""


def run(*command, without="", **changes):
    clean = {k: v for k, v in os.environ.items() if k not in {*SET, "DEBUG"}}
    env = clean | {k: v for k, v in (SET | changes).items() if k != without}
    env["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    command = [sys.executable, *command]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL"])
def test_production_does_not_start_without(name):
    start = run("-c", "from portal import settings", without=name)

    assert start.returncode != 0
    assert f"Set the {name} environment variable" in start.stderr


def test_django_finds_nothing_to_say_against_production():
    check = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert check.returncode == 0, check.stderr


def test_cookies_of_production_are_bound_to_the_host():
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE"]
    shown = run("-c", SHOW % names)
    assert '"__Host-sessionid"' in shown.stdout
    assert '"__Host-csrftoken"' in shown.stdout
    assert '"SESSION_COOKIE_SECURE": true' in shown.stdout


@pytest.mark.parametrize("command", ["demo", "dev"])
def test_nothing_of_the_demo_runs_in_production(command):
    start = run("manage.py", command)
    assert start.returncode != 0
    assert len(start.stderr.strip().splitlines()) == 1
