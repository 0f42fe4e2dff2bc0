"""pytest -p tests.servers: PostgreSQL and Valkey for the tests, kept for the next run."""

import importlib.util
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():  # workers inherit the controller's
    spec = importlib.util.spec_from_file_location("embedded", ROOT / "portal/embedded.py")
    embedded = importlib.util.module_from_spec(spec)  # not "import portal": it loads Celery
    spec.loader.exec_module(embedded)
    os.environ.update(embedded.up(ROOT / "var/test", fast=True))
