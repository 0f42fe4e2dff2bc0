"""docs/proof.md names tests and invariants that are there."""

import re
from pathlib import Path

from portal.invariants import INVARIANTS

ROOT = Path(__file__).resolve().parents[2]
SAID = (ROOT / "docs/proof.md").read_text()
FILE = re.compile(r"`([\w/]+/test_\w+\.py)`")


def test_every_test_that_the_proof_names_is_in_the_file_that_it_names():
    missing = []
    for part in re.split(r"\n\n|\n(?=\|)", SAID):  # a row of a table, or a paragraph
        files = [ROOT / "tests" / name.removeprefix("tests/") for name in FILE.findall(part)]
        there = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}
        missing += [name for name in re.findall(r"`(test_\w+)`", part) if name not in there]
    assert missing == []


def test_every_invariant_that_the_proof_names_is_asked():
    rows = SAID.split("## What must always be true")[1].split("**Use above")[0]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", rows))
    assert named <= {invariant.code for invariant in INVARIANTS}
    assert len(named) > 20
