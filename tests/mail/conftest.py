"""E-mails to test with."""

from copy import deepcopy
from datetime import UTC, datetime

import pytest
from kombu import pools

from mail import outbox
from portal.celery import app


@pytest.fixture
def letter(db):
    """Writes down an owed e-mail: `letter()` or `letter(key="other", to=[…])`."""

    def write(key="hello:1", **changes):
        written = {
            "to": ["noor@example.org"],
            "language": "fr",
            "subject": "Bonjour",
            "text": "Vos licences sont prêtes.\n",
            "html": "<p>Vos licences sont prêtes.</p>",
        }
        return outbox.post("tests/hello", key=key, **written | changes)

    return write


@pytest.fixture
def hello_templates(settings, tmp_path):
    """Templates of the kind "tests/hello", which names its reader."""
    folder = tmp_path / "mail/tests/hello"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Hello {{ name|safe }}\n")
    (folder / "body.txt").write_text("{% autoescape off %}Hello {{ name }}{% endautoescape %}\n")
    (folder / "body.html").write_text(
        '{% extends "mail/base.html" %}{% block content %}<p>Hello {{ name }}</p>'
        '{% include "mail/_button.html" with url="https://example.org/" text="Go" %}{% endblock %}'
    )
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], tmp_path]
    settings.TEMPLATES = templates


@pytest.fixture
def later(time_machine):
    """Stops the clock, and moves it on: `later(seconds)` or `later(timedelta(…))`."""
    time_machine.move_to(datetime.now(UTC), tick=False)
    return time_machine.shift


@pytest.fixture
def no_broker():
    """Celery's broker is a port where nobody listens."""
    kept, app.conf.broker_url = app.conf.broker_url, "redis://127.0.0.1:1/0"
    forget_connections()
    yield
    app.conf.broker_url = kept
    forget_connections()


def forget_connections() -> None:
    pools.reset()  # else the closed one would be handed out again for the same address
    app.close()
    app.amqp._producer_pool = None
