"""Likely: what a few answers say of a program, when some were not given.

Who answers without an account may not know a figure, and is not qualified yet: where a rule turns
on that, or on what our staff decide, the answer is that it depends.
"""

from collections.abc import Iterator
from enum import StrEnum

from catalog.eligibility import Result, Verdict


class Answer(StrEnum):
    """From the best to the worst."""

    YES = "yes"
    DEPENDS = "depends"
    NO = "no"


def answer(verdict: Verdict) -> Answer:
    """The worst of its criteria; before its first rules a program is open to nobody."""
    if verdict.version is None:
        return Answer.NO
    found = {of(result) for result in verdict.results}
    return next((worst for worst in (Answer.NO, Answer.DEPENDS) if worst in found), Answer.YES)


def deciding(verdict: Verdict) -> Iterator[Result]:
    """The criteria that make the answer what it is; none of a yes."""
    whole = answer(verdict)
    if whole != Answer.YES:
        yield from (result for result in verdict.results if of(result) == whole)


def of(result: Result) -> Answer:
    """What one criterion says."""
    waits = result.criterion.fact == "qualified_months"
    if not waits and result.fact in (None, "", frozenset()):
        return Answer.DEPENDS
    if result.passed:
        return Answer.YES
    if waits or result.criterion.unless:  # time brings it, or our staff may waive it
        return Answer.DEPENDS
    return Answer.NO
