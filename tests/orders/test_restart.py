"""The database is cut off amid a rush of buyers: the site says so, comes back by itself, and every
order is there once or not at all. Over HTTP, with servers of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_rush_over_http_sells_each_pack_once_also_when_the_database_is_cut_off(tmp_path):
    command = [sys.executable, "-m", "bench.buyers", "--json", "--home", str(tmp_path), "--restart"]
    command += ["--buyers", "20", "--packs", "20", "--carts", "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, env=alone())
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()[-2000:]
    told = json.loads(done.stdout)
    assert (told["placed"], told["refused"], told["unanswered"]) == (20, 20, 0)
    assert set(told["pages"]) == {"302", "503"}


def alone() -> dict[str, str]:
    """Nothing of the servers that other tests share."""
    shared = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PAYPAL_BASE_URL"}
    return {name: value for name, value in os.environ.items() if name not in shared}
