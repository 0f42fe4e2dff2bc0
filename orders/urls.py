"""Addresses of this app's pages."""

from typing import Any

app_name = "orders"
urlpatterns: list[Any] = []
