#!/usr/bin/env python
"""Django's command line; in development it starts the embedded PostgreSQL and Valkey first."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not {"DEBUG", "SECRET_KEY", "DATABASE_URL"} & os.environ.keys():
        os.environ["DEBUG"] = "1"  # a checkout without a key is a developer's
    if os.environ.get("DEBUG") == "1" and not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        sys.path.insert(0, str(ROOT / "portal"))
        import embedded  # not "portal.embedded": that would load Celery and the settings

        sys.path.pop(0)
        home = os.environ["PORTAL_EMBEDDED"] = str(ROOT / "var/dev")
        for key, value in embedded.up(Path(home)).items():
            os.environ.setdefault(key, value)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
