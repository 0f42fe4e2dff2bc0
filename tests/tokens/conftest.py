import pytest

from tokens.issue import issue, new_key
from tokens.models import Client


@pytest.fixture
def token(owner):
    """A valid token with its secret: (token, secret)."""
    return issue(
        owner.organization,
        bearer_name="Noor Gagnon",
        bearer_email="noor@example.org",
        by=owner.user,
    )


@pytest.fixture
def api_client(owner):
    """An API client with its key: (client, key)."""
    client = Client(name="Cloud Co")
    return client, new_key(client, by=owner.user)
