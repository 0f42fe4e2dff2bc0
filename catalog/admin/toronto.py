"""Moments that are given in Toronto's time, in whatever zone the person is."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from orgs.days import TORONTO


class TorontoWidget(AdminSplitDateTime):
    def decompress(self, value: Any) -> tuple[date | None, time | None]:
        with timezone.override(TORONTO):
            return super().decompress(value)


class TorontoField(forms.SplitDateTimeField):
    """A day and a time of Toronto; kept as a moment."""

    widget = TorontoWidget

    def compress(self, data_list: tuple[date, time] | None) -> datetime | None:
        with timezone.override(TORONTO):
            return super().compress(data_list)
