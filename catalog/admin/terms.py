"""Form fields for a program's terms: written as in a catalogue file, checked by the same rules."""

import json
from collections.abc import Callable, Collection
from typing import Any

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.termscheck import TermsCheck
from orgs.models import Activity
from orgs.yamlfile import Node, Refused, load

Read = Callable[[TermsCheck, Node], Any]


class TermsField(forms.CharField):
    """A list of terms in YAML (JSON is YAML too); its value is the list that the database keeps."""

    def __init__(self, *, read: Read) -> None:
        text = _("As in a catalogue file, a dash before each item; empty for none.")
        area = forms.Textarea(attrs={"rows": 8, "cols": 80, "spellcheck": "false"})
        super().__init__(required=False, widget=area, help_text=text)
        self.read = read

    def prepare_value(self, value: Any) -> Any:
        """What the database keeps, as a person writes it; what was typed stays as it was."""
        if isinstance(value, list):
            return yaml.safe_dump(value, allow_unicode=True, sort_keys=False) if value else ""
        return value

    def clean(self, value: Any) -> Any:
        """Raises ValidationError with every fault."""
        if isinstance(value, list):
            return value  # of a field that is locked
        text = super().clean(value)
        return checked(text, self.read) if text else []

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it says something else, however it is written."""
        if self.disabled:
            return False
        try:
            return bool(self.clean(data) != (initial or []))
        except ValidationError:
            return True


def read_criteria(check: TermsCheck, node: Node) -> list[dict[str, Any]]:
    """Who may have it."""
    check.activities = set(Activity.objects.values_list("code", flat=True))
    return [check.criterion(item).to_data() for item in check.items(node)]


def read_limits(groups: Collection[str]) -> Read:
    """How much of it, for a program whose products have these title groups."""
    return lambda check, node: [check.limit(item, groups).to_data() for item in check.items(node)]


def check_question(question: dict[str, Any]) -> None:
    """A question at checkout, by the rules of a catalogue file. Raises ValidationError."""
    checked(json.dumps([question]), TermsCheck.questions)


def checked(text: str, read: Read) -> Any:
    """What `read` makes of a text. Raises ValidationError with every fault and its line."""
    try:
        node, faults = load(text)
        check = TermsCheck(faults)
        found = read(check, node)
        check.end()
    except Refused as refusal:
        raise ValidationError([str(fault) for fault in refusal.faults], "terms") from refusal
    return found
