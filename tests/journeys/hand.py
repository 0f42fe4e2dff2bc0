"""Commands of manage.py for a running site, one after the other in one process.

Reads a command's words as a line of JSON, and answers with a line: its exit status, what it
printed, and what went wrong. Starting Django anew for each takes two seconds of the processor.
"""

import contextlib
import io
import json
import os
import sys
import traceback

import django
from django.core.management import CommandError, call_command


def run(words: list[str]) -> tuple[int, str, str]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            call_command(*words, stdout=printed)
    except CommandError as refused:
        return 1, printed.getvalue(), str(refused)
    except Exception:  # whatever it is, the journey shows it
        return 1, printed.getvalue(), traceback.format_exc()
    return 0, printed.getvalue(), ""


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what else is printed is no answer
    django.setup()
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()
