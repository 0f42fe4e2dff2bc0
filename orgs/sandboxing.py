"""Running the sandbox (`orgs.sandbox`): one file in, frames out, within limits of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

PROGRAM: Final = ("-m", "orgs.sandbox")
SECONDS: Final = 15  # of the clock on the wall; the sandbox itself has ten of the processor


@dataclass
class Answer:
    """What came out: frames that are whole, and a code when it ended before its end."""

    frames: list[tuple[dict[str, Any], bytes]] = field(default_factory=list)
    refused: str = ""
    said: str = ""  # on standard error, for whoever looks for a reason


def run(act: str, content_type: str, *places: int, data: bytes) -> Answer:
    """Let the sandbox work on `data`. A file that kills or outlasts it is refused, as is any other.

    The site's secrets are in its environment: the sandbox gets none of it.
    """
    command = [sys.executable, "-E", "-s", *PROGRAM, act, content_type, *map(str, places)]
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=SECONDS,
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return read(late.stdout or b"", ending="heavy")
    # A signal ended it: out of time, out of memory, or the parser broke.
    answer = read(done.stdout, ending="heavy" if done.returncode else "")
    answer.said = done.stderr.decode("utf-8", "replace")
    return answer


def read(output: bytes, *, ending: str) -> Answer:
    """The frames that are whole, and the first refusal."""
    answer, start = Answer(refused=ending), 0
    while (line_end := output.find(b"\n", start)) >= 0:
        about = json.loads(output[start:line_end])
        start = line_end + 1 + about["size"]
        if "refused" in about:
            answer.refused = about["refused"]
        elif start <= len(output):
            answer.frames.append((about, output[line_end + 1 : start]))
    return answer
