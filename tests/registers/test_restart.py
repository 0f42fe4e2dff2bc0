"""An import that is killed changes nothing, and the same command starts over."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from registers import importing
from registers.models import Charity, Import
from tests.registers.conftest import DAY, charity, listing

ROOT = Path(__file__).parents[2]
ROWS = 60_000


def start(file: Path) -> subprocess.Popen[str]:
    """The command in a process of its own, on the tests' database."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    env = os.environ | {
        "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DEBUG": "1",
        "PYTHONUNBUFFERED": "1",
    }
    command = [
        sys.executable,
        "manage.py",
        "import_registry",
        "cra",
        str(file),
        "--as-of",
        str(DAY),
    ]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def wait_until_free() -> None:
    """Until PostgreSQL has noticed that the process is gone."""
    end = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_changes_nothing_and_starts_over(tmp_path):
    importing.run("cra", listing(tmp_path / "old.txt", charity(name="BEFORE")), as_of=DAY)
    lines = (charity(bn=f"{n:09}RR0001", name=f"MAISON {n}") for n in range(18, ROWS))
    file = listing(tmp_path / "new.txt", *lines)

    process = start(file)
    assert "rows read" in process.stdout.readline()
    process.kill()
    process.wait()
    wait_until_free()

    assert Charity.objects.get().name == "BEFORE"
    assert Import.objects.first().status == "running", "nobody was there to write down its end"
    done = importing.run("cra", file, as_of=DAY)
    assert (done.rows, done.new, done.changed) == (ROWS - 18, ROWS - 19, 1)
    assert [i.status for i in Import.objects.all()] == ["done", "interrupted", "done"]
