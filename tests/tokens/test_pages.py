import pytest
from django.urls import reverse

from tests.factories import MembershipFactory
from tokens.models import Token

NOOR = {"bearer_name": "Noor Gagnon", "bearer_email": "noor@example.org"}


def address(name, membership, *more):
    return reverse(f"tokens:{name}", args=[membership.organization.number, *more])


def test_the_secret_is_shown_once(as_member, owner):
    page = as_member.post(address("create", owner), NOOR)
    token = Token.objects.get()

    assert f"{token.last4}</code>" in page.text
    assert page["Cache-Control"].startswith("max-age=0")
    listing = as_member.get(address("list", owner)).text
    assert f"…{token.last4}" in listing
    assert "rt_" not in listing


def test_a_mistake_keeps_what_was_typed(as_member, owner):
    page = as_member.post(address("create", owner), {"bearer_name": "Noor", "bearer_email": "no"})
    assert 'value="Noor"' in page.text
    assert not Token.objects.exists()


def test_a_token_is_revoked_from_the_list(as_member, owner, token):
    page = as_member.post(address("revoke", owner, token[0].pk), follow=True)
    assert "is revoked" in page.text


def test_the_list_is_three_queries_of_its_own(
    as_member, owner, token, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        as_member.get(address("list", owner))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_pages_speak_both_languages(as_member, owner, token, language):
    for name in ("list", "create"):
        page = as_member.get(f"/{language}{address(name, owner)[3:]}")
        assert f'lang="{language}' in page.text


def test_who_may_not_issue_is_refused(client, db):
    viewer = MembershipFactory(role_code="viewer")
    client.force_login(viewer.user)
    assert client.get(address("list", viewer)).status_code == 403
    assert client.post(address("create", viewer), NOOR).status_code == 403
    assert not Token.objects.exists()


def test_a_stranger_does_not_learn_that_the_tokens_exist(client, owner, stranger, token):
    client.force_login(stranger)
    assert client.get(address("list", owner)).status_code == 404
    assert client.post(address("revoke", owner, token[0].pk)).status_code == 404
