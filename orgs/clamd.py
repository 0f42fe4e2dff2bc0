"""clamd: the only file that knows how ClamAV's daemon is asked (`zINSTREAM`, zero-terminated)."""

import socket
import struct
from typing import Final
from urllib.parse import urlsplit

CONNECT: Final = 3  # seconds
ANSWER: Final = 30
CHUNK: Final = 64 * 1024
LONGEST: Final = 4096  # bytes of an answer


class NoAnswer(Exception):
    """The scanner is away, slow, or says something we do not understand."""


def scan(data: bytes, *, url: str) -> str:
    """What was found in `data`; "" when nothing was. Raises NoAnswer: then nothing is known."""
    try:
        with connect(url) as line:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), CHUNK):
                chunk = data[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
            answer = read(line)
    except OSError as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NoAnswer(answer or "no answer")


def connect(url: str) -> socket.socket:
    """`tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(CONNECT)
        line.connect(parts.path)
    else:
        line = socket.create_connection((parts.hostname or "", parts.port or 3310), CONNECT)
    line.settimeout(ANSWER)
    return line


def read(line: socket.socket) -> str:
    """An answer, up to its zero byte."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST:
        more = line.recv(LONGEST)
        if not more:
            break
        answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
