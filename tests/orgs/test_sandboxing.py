"""The sandbox has limits and knows nothing; what ends it is an answer like any other."""

import pytest
from django.core.exceptions import ValidationError

from orgs import sandboxing
from orgs.contents import examine
from tests.orgs.conftest import pdf

ENDLESS = ("-c", "while True: pass")
CRASHES = ("-c", "import os; os.kill(os.getpid(), 11)")
TELLS = ("-c", "import os, sys; print(dict(os.environ), file=sys.stderr)")
GREEDY = (
    "-c",
    "from orgs.sandbox import __main__ as program\n"
    "program.work = lambda *asked: [({}, b'x' * 500_000_000)]\n"
    "program.main()",
)
WRITES = """
from orgs.sandbox import __main__ as program
program.limit()
open("{path}", "wb", buffering=0).write(b"x")
"""


@pytest.mark.parametrize("program", [ENDLESS, CRASHES, GREEDY])
def test_a_file_that_breaks_the_sandbox_is_refused(program, monkeypatch):
    monkeypatch.setattr(sandboxing, "PROGRAM", program)
    monkeypatch.setattr(sandboxing, "SECONDS", 3)
    with pytest.raises(ValidationError) as refusal:
        examine(pdf())
    assert refusal.value.code == "heavy"


def test_the_sandbox_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setattr(sandboxing, "PROGRAM", TELLS)
    assert sandboxing.run("rewrite", "application/pdf", data=b"").said.strip() in {
        "{'LANG': 'C.UTF-8'}",
        "{'LANG': 'C.UTF-8', 'LC_CTYPE': 'C.UTF-8'}",
    }


def test_the_sandbox_writes_no_file(monkeypatch, tmp_path):
    path = tmp_path / "written"
    monkeypatch.setattr(sandboxing, "PROGRAM", ("-c", WRITES.format(path=path)))
    assert "File too large" in sandboxing.run("rewrite", "application/pdf", data=b"").said
    assert path.read_bytes() == b""


def test_an_answer_that_is_cut_off_counts_as_far_as_it_is_whole():
    whole = b'{"number": 1, "size": 2}\nab'
    answer = sandboxing.read(whole + b'{"number": 2, "size": 9}\nab', ending="heavy")
    assert answer.frames == [({"number": 1, "size": 2}, b"ab")]
    assert answer.refused == "heavy"
