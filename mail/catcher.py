"""The catcher: an SMTP server that keeps every e-mail as a file, for development and tests.

python -m mail.catcher --port 1025 --folder var/mail
"""

import argparse
import threading
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller


class Keeper:
    """Writes each message into a folder, whole or not at all; names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        name = f"{time.time_ns()}-{uuid4().hex[:8]}"
        fresh = self.folder / f"{name}.new"
        fresh.write_bytes(envelope.content)
        fresh.rename(self.folder / f"{name}.eml")
        return "250 Message accepted"


def main() -> None:
    parser = argparse.ArgumentParser(prog="mail.catcher", description=__doc__)
    parser.add_argument("--port", type=int, default=1025)
    parser.add_argument("--folder", type=Path, default=Path("var/mail"))
    asked = parser.parse_args()
    controller = Controller(Keeper(asked.folder), hostname="127.0.0.1", port=asked.port)
    controller.start()
    threading.Event().wait()  # the controller has a thread of its own


if __name__ == "__main__":
    main()
