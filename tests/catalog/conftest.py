"""What several tests of the catalogue use."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from catalog import stock
from orgs.staff import ensure_groups
from tests.factories import ProductFactory, UserFactory


@pytest.fixture
def fay(db):
    """Fulfilment staff."""
    ensure_groups()
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name="fulfilment"))
    return user


@pytest.fixture
def as_fay(fay):
    client = Client(headers={"accept-language": "en"})
    client.force_login(fay)
    return client


@pytest.fixture
def scarce(db):
    """A product of which three packs are left, as its ledger says."""
    product = ProductFactory()
    stock.open_with(product, 3)
    product.refresh_from_db()
    return product
