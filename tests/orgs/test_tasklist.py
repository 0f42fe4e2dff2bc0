"""orgs/tasklist.py: what is done, begun, or cannot be started."""

from dataclasses import replace

import pytest

from orgs import tasklist
from orgs.forms.registration import STEPS
from orgs.requirements import Profile
from orgs.tasklist import State
from tests.orgs.test_requirements import COMPLETE

CHARITY = replace(COMPLETE, kind="charity", bn="000000018RR0001", documents=frozenset())


def states(profile, **more):
    return {task.code: task.state for task in tasklist.tasks(profile, **more)}


def test_the_tasks_are_the_steps_and_the_documents():
    assert list(states(Profile())) == [*STEPS, "documents", "parent"]


def test_at_the_beginning_nothing_is_started_and_documents_cannot_be():
    found = states(Profile())
    assert found.pop("documents") == State.CANNOT_START
    assert set(found.values()) == {State.NOT_STARTED}


def test_when_all_is_there_all_is_completed():
    found = states(COMPLETE)
    assert found.pop("parent") == State.NOT_STARTED  # most are no branch
    assert set(found.values()) == {State.COMPLETED}


def test_a_branch_lacks_the_letter_until_it_is_signed():
    branch = replace(COMPLETE, is_branch=True)
    assert states(branch)["parent"] == State.IN_PROGRESS
    signed = replace(branch, documents=branch.documents | {"branch_letter"})
    assert states(signed)["parent"] == State.COMPLETED


def test_a_half_filled_task_is_in_progress_and_says_what_it_lacks():
    task = tasklist.tasks(replace(COMPLETE, neq=""))[0]
    assert (task.state, [need.code for need in task.lacks]) == (State.IN_PROGRESS, ["neq"])


def test_a_doubtful_fact_makes_its_task_a_problem():
    assert states(COMPLETE, doubtful=["neq"])["identity"] == State.PROBLEM
    assert states(COMPLETE, doubtful=["address"])["address"] == State.PROBLEM


def test_a_charity_in_the_register_needs_no_document():
    assert states(CHARITY)["documents"] == State.NOT_STARTED
    listed = replace(CHARITY, is_listed_charity=True)
    assert states(listed)["documents"] == State.COMPLETED
    [documents] = [task for task in tasklist.tasks(listed) if task.code == "documents"]
    assert "the charity register lists you" in str(documents.note)


def test_a_library_may_leave_its_budget_out_and_is_told():
    library = replace(COMPLETE, kind="library", budget=None)
    [budget] = [task for task in tasklist.tasks(library) if task.code == "budget"]
    assert (budget.state, str(budget.note)) == (State.NOT_STARTED, "You may leave this out.")


@pytest.mark.parametrize(
    ("kind", "province", "code"),
    [("charity", "ON", "bn"), ("nonprofit", "QC", "neq"), ("nonprofit", "BC", None)],
)
def test_which_number_is_asked_depends_on_kind_and_province(kind, province, code):
    profile = Profile(kind=kind, province=province, legal_name="Maison")
    lacks = [need.code for need in tasklist.tasks(profile)[0].lacks]
    assert lacks == ([code] if code else [])


def test_a_charity_answers_at_most_25_questions():
    fields = sum(len(form.base_fields) for form in STEPS.values())
    assert fields + 1 <= 25, "and one file"
