"""What every test may use."""

import threading
from collections.abc import Callable
from importlib import import_module

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.urls import get_resolver
from django.utils import translation
from hypothesis import settings

from portal.invariants import breaches
from tests.factories import MembershipFactory, UserFactory

# What decides whether work lands tries the same examples each time, however slow the machine;
# `make explore` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("same")

pytest_plugins = ["tests.paypal_fixture", "tests.mailbox"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A test of races empties every table when it ends: put back what migrations wrote.

    What the last run left in the cache is about other rows.
    """
    cache.clear()
    post_migrate.connect(_write_rows, sender=apps.get_app_config("orgs"))
    with django_db_blocker.unblock():
        _write_rows()


def _write_rows(**_signal: object) -> None:
    import_module("orgs.migrations.0002_roles").create(apps, None)
    import_module("orgs.migrations.0008_grants").grant(apps, None)
    import_module("orgs.migrations.0018_ready_texts_rows").create(apps, None)


@pytest.fixture(scope="session", autouse=True)
def site_map():
    """Read before a test plays development, where the site has a page more."""
    get_resolver().url_patterns  # noqa: B018


@pytest.fixture(autouse=True)
def english():
    """Tests read English unless they say otherwise."""
    with translation.override("en"):
        yield


@pytest.fixture
def owner(db):
    """The administrator of a qualified organization: a membership."""
    return MembershipFactory()


@pytest.fixture
def stranger(db):
    """Somebody signed in who belongs to nothing."""
    return UserFactory()


@pytest.fixture
def as_member(client, owner):
    """A client signed in as the owner."""
    client.force_login(owner.user)
    return client


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Run the deeds in threads that start together; returns results and exceptions in order."""
    results: list[object] = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        try:
            start.wait()
            results[place] = deeds[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# Broken by factories, which make an organization or a line without its whole history.
OF_HISTORY = {
    "decided-by-somebody",
    "ordered-by-a-member",
    "eligible-when-ordered",
    "keys-are-the-organizations",  # tests change facts by UPDATE
}


@pytest.fixture(autouse=True)
def sound_after_a_race(request):
    """After a race everything that must be true of the data is; its control twin breaks it."""
    is_race = request.node.get_closest_marker("races")
    is_control = "without" in request.node.name or "control" in request.node.name
    if is_race:
        request.getfixturevalue("transactional_db")
    yield
    if is_race and not is_control:
        broken = [b for b in breaches() if b.invariant.code not in OF_HISTORY]
        assert broken == []
