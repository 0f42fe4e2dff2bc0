"""The cache: Valkey, and while it is away a table.

The limits on signing in count in it, so an outage must neither lock people out nor let guessers in.
"""

import logging
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

log = logging.getLogger(__name__)
TABLE = "portal_cache"


class SteadyCache(RedisCache):
    """Redis's, with each command repeated on the table when Redis fails."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, dict(params))
        self.table = DatabaseCache(TABLE, {k: v for k, v in params.items() if k != "OPTIONS"})

    def steadily(self, command: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, command)(self, *args, **kwargs)
        except RedisError as error:
            log.warning("The cache is away (%s): the table answers.", error)
            return getattr(self.table, command)(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("add", *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("touch", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("delete", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("set_many", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("delete_many", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("has_key", *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self.steadily("incr", *args, **kwargs)
