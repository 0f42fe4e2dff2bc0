"""The catcher: an SMTP server that keeps every e-mail as a file, for development and tests.

python -m mail.catcher PORT FOLDER
"""

import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiosmtpd.controller import Controller


class Keeper:
    """Writes each message into a folder, whole or not at all."""

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
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
