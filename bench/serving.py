"""The site as it is served: gunicorn on a free loopback port, ended with what it started."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import answers, free_port

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def gunicorn(application: str, *options: str, log: Path | None = None) -> Iterator[int]:
    """The port it listens on; what it says goes to a file, if there is one."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, *options, "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    said = log.open("a") if log else None
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=said, stdout=said)
    try:
        end = time.monotonic() + 60
        while not answers(port) and server.poll() is None and time.monotonic() < end:
            time.sleep(0.1)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        if said:
            said.close()
