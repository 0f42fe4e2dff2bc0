from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tokens import secrets
from tokens.issue import revoke
from tokens.models import Verification
from tokens.verify import MISSES_PER_MINUTE, PER_MINUTE

NO = {"valid": False}


@pytest.fixture
def ask(client, api_client):
    """Ask the API about a secret, with the partner's key."""

    def ask(secret, key=api_client[1]):
        return client.post(
            "/api/v1/verify",
            {"token": secret},
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )

    return ask


def test_a_valid_token_says_whom_it_stands_for(ask, token, owner):
    answer = ask(token[1])

    assert answer.status_code == 200
    assert answer.json() | {"expires_at": ""} == {
        "valid": True,
        "organization": {
            "name": owner.organization.legal_name,
            "kind": "charity",
            "country": "CA",
            "province": "QC",
            "qualified_since": "2024-01-15",
        },
        "bearer": "Noor Gagnon",
        "expires_at": "",
    }
    assert "no-store" in answer["Cache-Control"]


def test_unknown_misspelt_revoked_and_expired_get_the_same_answer(ask, token, owner):
    unknown = secrets.make("rt")
    answers = [ask(unknown), ask("rt_nothing"), ask("")]
    with time_machine.travel(timezone.now() + timedelta(days=60, seconds=1)):
        answers.append(ask(token[1]))
    revoke(token[0].pk, organization=owner.organization, by=owner.user)
    answers.append(ask(token[1]))

    assert {a.status_code for a in answers} == {200}
    assert all(a.json() == NO for a in answers)


def test_an_organization_that_is_no_longer_qualified_is_not_valid(ask, token, owner):
    type(owner.organization).objects.update(suspended_on=timezone.localdate())
    assert ask(token[1]).json() == NO


@pytest.mark.parametrize("kind", ["nothing", "nonsense", "unknown", "token"])
def test_without_a_key_of_ours_nothing_is_said(ask, token, kind):
    keys = {"nothing": "", "nonsense": "rk_wrong", "unknown": secrets.make("rk"), "token": token[1]}
    answer = ask(token[1], key=keys[kind])
    assert answer.status_code == 401
    assert not Verification.objects.exists()


def test_a_client_that_is_switched_off_is_refused(ask, token, api_client):
    type(api_client[0]).objects.update(is_active=False)
    assert ask(token[1]).status_code == 401


def test_every_check_is_written_down(ask, token):
    ask(token[1])
    ask(secrets.make("rt"))
    assert list(Verification.objects.values_list("token", "is_valid")) == [
        (None, False),
        (token[0].pk, True),
    ]


def test_guessing_is_stopped(ask):
    for _ in range(MISSES_PER_MINUTE):
        assert ask(secrets.make("rt")).status_code == 200
    answer = ask(secrets.make("rt"))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_there_is_a_highest_number_of_checks_a_minute(ask, token, api_client):
    Verification.objects.bulk_create(
        Verification(client=api_client[0], token=token[0], is_valid=True) for _ in range(PER_MINUTE)
    )
    assert ask(token[1]).status_code == 429


@pytest.mark.parametrize("body", ["", "{", "[]", '{"token": 5}', '{"token": null}', "{}"])
def test_a_malformed_question_is_a_422_or_400(client, api_client, body):
    answer = client.post(
        "/api/v1/verify",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {api_client[1]}"},
    )
    assert answer.status_code in {400, 422}
    assert not Verification.objects.exists()


def test_the_api_describes_itself(client, db):
    description = client.get("/api/v1/openapi.json").json()
    responses = description["paths"]["/api/v1/verify"]["post"]["responses"]
    assert set(responses) == {"200", "400", "401", "422", "429"}
