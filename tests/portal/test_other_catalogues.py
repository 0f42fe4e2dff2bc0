"""Catalogues and histories that nobody knows beforehand: the portal answers as the file says."""

import io
from decimal import Decimal
from random import Random

import pytest
import yaml
from django.core.management import call_command

from catalog.eligibility_sql import open_to
from catalog.management.commands import eligibility
from catalog.models import Program
from catalog.verdicts import values_of
from orders.management.commands import quota
from orgs.models import Organization
from tests.portal.by_the_file import standing, subjects, verdict
from tests.portal.thrown import (
    TORONTO,
    programs,
    some_catalogue,
    some_edge,
    some_history,
    some_moment,
)


@pytest.fixture
def loaded(db, tmp_path, settings, request):
    settings.DEBUG = True
    dice = Random(request.param)
    catalogue = some_catalogue(dice)
    history = some_history(dice, catalogue)
    for name, data in (("catalogue", catalogue), ("history", history)):
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    quiet = {"stdout": io.StringIO()}
    call_command("import_catalog", tmp_path / "catalogue.yaml", **quiet)
    call_command("import_organizations", tmp_path / "history.yaml", **quiet)
    moments = [some_moment(dice) for _ in range(4)]
    moments += [some_edge(dice, catalogue, history) for _ in range(8)]
    return catalogue, history, moments


SEEDS = pytest.mark.parametrize("loaded", range(3), indirect=True)


@SEEDS
def test_a_catalogue_that_nobody_knows_is_judged_as_its_file_says(loaded):
    catalogue, history, moments = loaded
    wrong = []
    for organization in history["organizations"]:
        row = Organization.objects.get(number=organization["number"])
        for day in [moment.astimezone(TORONTO).date() for moment in moments]:
            told = {s["program"]: s for s in eligibility.answer(row.number, None, day)}
            for program in programs(catalogue):
                said = told[program["slug"]]
                version, failing = verdict(program, organization, day)
                theirs = (said["version"], said["failing"], said["eligible"])
                if theirs != (version, failing, not failing):
                    wrong.append((row.number, program, day, failing, said))
    assert wrong == []


@SEEDS
def test_rules_that_nobody_knows_are_the_same_as_a_query(loaded):
    catalogue, history, moments = loaded
    wrong = []
    for program in programs(catalogue):
        row = Program.objects.get(slug=program["slug"])
        versions = {v.effective.isoformat(): v for v in row.versions.all()}
        for day in [moment.astimezone(TORONTO).date() for moment in moments]:
            answers = {o["number"]: verdict(program, o, day) for o in history["organizations"]}
            version = versions.get(next(iter(answers.values()))[0])
            rules = open_to(row, values_of(version) if version else None, on=day)
            found = set(Organization.objects.filter(rules).values_list("number", flat=True))
            if found != {number for number, (_v, failing) in answers.items() if not failing}:
                wrong.append((program, day, found, answers))
    assert wrong == []


@SEEDS
def test_a_history_that_nobody_knows_is_counted_as_its_file_says(loaded):
    catalogue, history, moments = loaded
    limits = {
        (g["slug"], n): (g, li) for g in programs(catalogue) for n, li in enumerate(g["limits"])
    }
    wrong, seen = [], set()
    for organization in [o["number"] for o in history["organizations"]]:
        for as_of in moments:
            for said in quota.answer(organization, None, as_of):
                program, limit = limits[said["program"], said["limit"]]
                used, reset = standing(
                    program, limit, said["subject"], history, organization, as_of
                )
                left = max(Decimal(limit["max"]) - used, 0) if "max" in limit else None
                theirs = Decimal(said["used"]) + Decimal(said["held"])
                theirs_left = None if said["left"] is None else Decimal(said["left"])
                seen.add((organization, as_of, said["program"], said["limit"], said["subject"]))
                told = (theirs, theirs_left, said["next_reset"])
                if told != (used, left, reset.isoformat() if reset else None):
                    wrong.append((organization, as_of, limit, said, used, left, reset))
            for (slug, n), (program, limit) in limits.items():
                must = subjects(program, limit, history, organization, as_of)
                told = {key[-1] for key in seen if key[:-1] == (organization, as_of, slug, n)}
                assert must <= told
    assert wrong == []
