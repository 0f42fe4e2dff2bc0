"""The task list of an application: what is done, begun or not yet possible, on values.

A task is a step of the registration; its facts are those that `orgs/requirements.py` asks for.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orgs.requirements import BRANCH_LETTER, Profile, Requirement, missing, required_documents


class State(Enum):
    """How a task stands: the words for it, and the look of its chip ("" for plain words)."""

    NOT_STARTED = "info", _("Not started")
    IN_PROGRESS = "warn", _("In progress")
    COMPLETED = "", _("Completed")
    CANNOT_START = "", _("Cannot start yet")
    PROBLEM = "bad", _("There is a problem")

    @property
    def look(self) -> str:
        return str(self.value[0])

    @property
    def words(self) -> str | Promise:
        return self.value[1]


FACTS: Final[dict[str, tuple[str, ...]]] = {
    "identity": ("legal_name", "kind", "bn", "neq", "corporation_number"),
    "activities": ("activities",),
    "mission": ("mission",),
    "budget": ("budget",),
    "address": ("province", "street", "city", "postal_code", "phone", "email"),
}
"""Which task asks for which facts (of `requirements.Profile`), in the order of the list."""
DOCUMENTS: Final = "documents"
PARENT: Final = "parent"
KNOW_FIRST: Final = ("kind", "province")
"""What has to be known before it can be said which documents are needed."""


@dataclass(frozen=True)
class Task:
    """A line of the list; `lacks` is what it still needs, `note` what else there is to say."""

    code: str
    state: State
    lacks: tuple[Requirement, ...] = ()
    note: str | Promise = ""


def task_of(requirement: Requirement) -> str:
    """Where something that is missing is asked."""
    if requirement == BRANCH_LETTER:
        return PARENT
    if requirement.code.startswith("document:"):
        return DOCUMENTS
    return next(code for code, facts in FACTS.items() if requirement.code in facts)


def tasks(profile: Profile, *, doubtful: Collection[str] = ()) -> list[Task]:
    """Every task of this applicant; `doubtful` are facts that look wrong."""
    lacking: dict[str, list[Requirement]] = {}
    for requirement in missing(profile):
        lacking.setdefault(task_of(requirement), []).append(requirement)
    return list(_tasks(profile, lacking, set(doubtful)))


def _tasks(
    profile: Profile, lacking: dict[str, list[Requirement]], doubtful: set[str]
) -> Iterator[Task]:
    for code, facts in FACTS.items():
        lacks = tuple(lacking.get(code, ()))
        is_begun = any(getattr(profile, fact) not in ("", None, frozenset()) for fact in facts)
        if doubtful.intersection(facts) or (code == "address" and "address" in doubtful):
            state = State.PROBLEM
        elif is_begun:
            state = State.IN_PROGRESS if lacks else State.COMPLETED
        else:
            state = State.NOT_STARTED
        is_optional = not is_begun and not lacks
        yield Task(code, state, lacks, _("You may leave this out.") if is_optional else "")
    yield _documents(profile, tuple(lacking.get(DOCUMENTS, ())))
    yield _parent(profile, tuple(lacking.get(PARENT, ())))


def _parent(profile: Profile, lacks: tuple[Requirement, ...]) -> Task:
    """Last, as most are no branch: the organization above, which signs here."""
    if profile.is_branch:
        return Task(PARENT, State.IN_PROGRESS if lacks else State.COMPLETED, lacks)
    text = _("Only if it is one: the organization above signs a letter here.")
    return Task(PARENT, State.NOT_STARTED, (), text)


def _documents(profile: Profile, lacks: tuple[Requirement, ...]) -> Task:
    if not all(getattr(profile, fact) for fact in KNOW_FIRST):
        text = _("First say what kind of organization it is, and where.")
        return Task(DOCUMENTS, State.CANNOT_START, (), text)
    needed = required_documents(
        profile.kind,
        profile.province,
        is_federal=bool(profile.corporation_number),
        is_listed_charity=profile.is_listed_charity,
    )
    if not needed:
        text = _("None is needed: the charity register lists you. You may add some.")
        return Task(DOCUMENTS, State.COMPLETED, (), text)
    if lacks:
        state = State.IN_PROGRESS if profile.documents else State.NOT_STARTED
        return Task(DOCUMENTS, state, lacks)
    return Task(DOCUMENTS, State.COMPLETED)
