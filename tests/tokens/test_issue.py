import pytest
from django.core.exceptions import ValidationError

from audit.models import Entry
from mail.models import Message
from tests.factories import OrganizationFactory
from tokens.issue import MOST, issue, revoke
from tokens.models import Token
from tokens.secrets import digest

NOOR = {"bearer_name": "Noor Gagnon", "bearer_email": "noor@example.org"}


def test_a_token_lasts_sixty_days_and_only_its_digest_is_kept(owner):
    token, secret = issue(owner.organization, by=owner.user, **NOOR)

    assert (token.expires_at - token.created_at).days == 60
    assert token.digest == digest(secret)
    assert secret not in str(Token.objects.values().get())


def test_the_organization_is_told(owner):
    issue(owner.organization, by=owner.user, **NOOR)

    message = Message.objects.get()
    assert message.to == [owner.organization.email]
    assert "Noor Gagnon" in message.text
    assert Entry.objects.get().action == "token.created"


def test_an_organization_that_is_not_qualified_gets_none(owner):
    other = OrganizationFactory(unqualified=True)
    with pytest.raises(ValidationError) as refusal:
        issue(other, by=owner.user, **NOOR)
    assert refusal.value.code == "not_qualified"
    assert not Token.objects.exists()


def test_there_is_a_highest_number_of_valid_tokens(owner):
    for _ in range(MOST):
        issue(owner.organization, by=owner.user, **NOOR)
    with pytest.raises(ValidationError):
        issue(owner.organization, by=owner.user, **NOOR)
    assert Token.objects.count() == MOST


def test_revoking_twice_is_revoking_once(owner):
    token, _ = issue(owner.organization, by=owner.user, **NOOR)
    first = revoke(token.pk, organization=owner.organization, by=owner.user)
    second = revoke(token.pk, organization=owner.organization, by=owner.user)

    assert first.revoked_at == second.revoked_at
    assert Message.objects.filter(kind="tokens/revoked").count() == 1


def test_another_organizations_token_cannot_be_revoked(owner):
    token, _ = issue(owner.organization, by=owner.user, **NOOR)
    with pytest.raises(Token.DoesNotExist):
        revoke(token.pk, organization=OrganizationFactory(), by=owner.user)
    token.refresh_from_db()
    assert token.revoked_at is None
