"""Supply: telling staff of key pools that run low."""

from typing import Any

from orders import emails
from orders.models import KeyPool
from orgs.days import today


def tell_low() -> int:
    """Tell who imports keys of each pool that runs low, once a day; how many pools that are."""
    pools: Any = list(KeyPool.objects.low().select_related("program__partner"))
    for pool in pools:
        emails.pool_low(pool, on=today())
    return len(pools)
