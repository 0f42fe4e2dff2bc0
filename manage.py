#!/usr/bin/env python
"""Django's command line; in development it starts the embedded PostgreSQL and Valkey first."""

import contextlib
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def servers(stack: contextlib.ExitStack) -> dict[str, str]:
    """Start the embedded servers. `dev` has them to itself and stops them; else they stay up."""
    sys.path.insert(0, str(ROOT / "portal"))
    import embedded  # not "portal.embedded": that would load Celery and the settings

    sys.path.pop(0)
    home = Path(os.environ.get("VAR_DIR", ROOT / "var")).resolve() / "dev"
    if sys.argv[1:2] != ["dev"]:
        return embedded.up(home)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    return stack.enter_context(embedded.alone(home))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if not {"DEBUG", "SECRET_KEY", "DATABASE_URL"} & os.environ.keys():
        os.environ["DEBUG"] = "1"  # a checkout without a key is a developer's
    with contextlib.ExitStack() as stack:
        if (
            os.environ.get("DEBUG") == "1"
            and not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys()
        ):
            for key, value in servers(stack).items():
                os.environ.setdefault(key, value)
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:  # a full disk, a folder that is not ours
        sys.exit(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
