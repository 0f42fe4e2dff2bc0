"""The supervisor: what it starts ends with it; a child that dies is named."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from portal.supervisor import Supervisor, free_port, is_free

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
PARENT = """
import os, sys, time
from pathlib import Path
from portal.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]), os.environ)
supervisor.start("child", "-c", "import time; time.sleep(60)")
print(supervisor.children["child"].pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path):
    running = Supervisor(tmp_path, dict(os.environ))
    yield running
    running.stop()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return not state.stdout.startswith(b"Z")


def test_a_child_that_dies_is_named_with_its_last_words(supervisor):
    supervisor.start("worker", "-c", "raise SystemExit('no broker')")
    supervisor.children["worker"].wait()

    with pytest.raises(RuntimeError, match=r"'worker' has ended[\s\S]*no broker"):
        supervisor.watch()


def test_all_children_end_also_those_that_do_not_want_to(supervisor, monkeypatch):
    monkeypatch.setattr("portal.supervisor.END_TIMEOUT", 1)
    supervisor.start("kind", "-c", "import time; time.sleep(60)")
    supervisor.start("stubborn", "-c", STUBBORN)
    time.sleep(0.3)

    supervisor.stop()

    assert [c.returncode for c in supervisor.children.values()] == [
        -signal.SIGTERM,
        -signal.SIGKILL,
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own way, which only Linux has")
def test_a_killed_supervisor_takes_its_children_along(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert is_alive(child)

    parent.kill()
    parent.wait()

    end = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(child)


def test_a_port_in_use_is_passed_over():
    wish = free_port(0)
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(wish), "--bind", "127.0.0.1"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 10
        while is_free(wish) and time.monotonic() < end:
            time.sleep(0.05)
        assert free_port(wish) not in {0, wish}
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize(
    ("port", "words"), [("taken", "is in use. End what runs there"), ("abc", "not 'abc'")]
)
def test_a_port_that_cannot_be_had_is_one_clear_line(port, words):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        asked = str(busy.getsockname()[1]) if port == "taken" else port
        run = subprocess.run(
            [sys.executable, "manage.py", "dev"],
            env=os.environ
            | {"DEBUG": "1", "PORT": asked, "DJANGO_SETTINGS_MODULE": "portal.settings"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 1
    assert words in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
