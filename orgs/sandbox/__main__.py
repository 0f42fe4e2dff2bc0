"""python -m orgs.sandbox rewrite TYPE, or pages TYPE FIRST LAST: see `orgs.sandboxing`.

The answer is frames: a line of JSON that says how many bytes follow (`size`), then the bytes.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

from orgs.sandbox.limits import Refused

SPACE = 640 * 1024 * 1024  # bytes of addresses
MEMORY = 190 * 1024 * 1024  # bytes of its own
CPU = 10  # seconds

Frame = tuple[dict[str, Any], bytes]


def limit() -> None:
    """What this process may use: no file can be written, no other opened by the dozen."""
    for what, most in (
        (resource.RLIMIT_AS, SPACE),
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def work(act: str, content_type: str, data: bytes, places: list[str]) -> Iterator[Frame]:
    """What was asked for, a frame at a time."""
    # Each loads its own parser only.
    if content_type == "application/pdf":
        from orgs.sandbox import pdf as parser
    else:
        from orgs.sandbox import image as parser  # type: ignore[no-redef]
    if act == "rewrite":
        yield parser.rewrite(data)
    else:
        first, last = map(int, places)
        yield from parser.pages(data, first, last)


def main() -> int:
    limit()
    act, content_type, *places = sys.argv[1:]
    out = sys.stdout.buffer
    try:
        for about, data in work(act, content_type, sys.stdin.buffer.read(), places):
            out.write(json.dumps(about | {"size": len(data)}).encode() + b"\n" + data)
            out.flush()
    except Exception as error:  # noqa: BLE001  (parsers fail in every way; each is an answer)
        code = "heavy" if isinstance(error, MemoryError) else "broken"
        code = error.code if isinstance(error, Refused) else code
        out.write(json.dumps({"refused": code, "size": 0}).encode() + b"\n")
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
