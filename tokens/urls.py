"""Addresses of this app's pages."""

from typing import Any

app_name = "tokens"
urlpatterns: list[Any] = []
