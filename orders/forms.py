"""What people type into carts and about orders and refunds, made clean."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models.cart import MAX_QUANTITY


class QuantityForm(forms.Form):
    """How many packs of a product."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages={
            "required": _("Enter a quantity from 1 to 9,999."),
            "invalid": _("Enter a quantity from 1 to 9,999."),
            "min_value": _("Enter a quantity from 1 to 9,999."),
            "max_value": _("Enter a quantity from 1 to 9,999."),
        },
    )


class ReasonForm(forms.Form):
    """Why an order is cancelled; only we read it."""

    reason = forms.CharField(
        label=_("Why do you cancel?"), required=False, max_length=500, widget=forms.Textarea
    )


class RefundForm(forms.Form):
    """Which lines of one order are given back, and why. `rows` are those of the page."""

    lines = forms.TypedMultipleChoiceField(
        label=_("What do you give back?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what you want to give back.")},
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Say why, in a sentence.")},
    )
    is_unused = forms.BooleanField(
        label=_("Nothing of it was installed or activated, and nobody will."), required=False
    )

    def __init__(self, *args: Any, rows: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = [row for row in rows if row["may"]]
        self.fields["lines"].choices = [  # type: ignore[attr-defined]  # it is the field above
            (row["item"].line, f"{row['line'].quantity} × {row['item'].name}") for row in possible
        ]
        if not any(row["needs_word"] for row in possible):
            del self.fields["is_unused"]

    def asked(self) -> dict[str, Any]:
        """The clean answers, by the names that `refunds.request` has."""
        return {
            "lines": self.cleaned_data["lines"],
            "reason": self.cleaned_data["reason"],
            "is_unused": self.cleaned_data.get("is_unused", False),
        }
