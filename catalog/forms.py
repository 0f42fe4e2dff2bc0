"""What people type about eligibility: five questions, and what they would need."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages import sort_key
from catalog.eligibility import Facts
from catalog.models import Need
from orgs.models import Activity, Organization
from orgs.vocabulary import PROVINCES

LASTS = timedelta(days=730)


class CheckForm(forms.Form):
    """Five questions about an organization without an account; nothing of it is kept."""

    kind = forms.ChoiceField(
        label=_("What is your organization?"),
        choices=Organization.Kind.choices,
        widget=forms.RadioSelect,
    )
    province = forms.ChoiceField(
        label=_("In which province or territory is it?"),
        choices=[("", "–"), *PROVINCES.items()],
    )
    activities = forms.MultipleChoiceField(
        label=_("What does it do? Choose all that applies."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    budget = forms.DecimalField(
        label=_("What is its yearly budget, in dollars?"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    staff = forms.IntegerField(
        label=_("How many paid employees does it have?"), min_value=0, max_value=1_000_000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Activity.objects.order_by("position").values_list("code", sort_key("name"))
        self.fields["activities"].choices = list(rows)  # type: ignore[attr-defined]  # a choice field

    def facts(self, *, on: date) -> Facts:
        """What was answered, as if the organization were qualified on that day."""
        data = self.cleaned_data
        return Facts(
            kind=data["kind"],
            province=data["province"],
            activities=frozenset(data["activities"]),
            budget=Decimal(data["budget"]),
            staff=data["staff"],
            qualified_since=on,
            qualified_until=on + LASTS,
        )


class NeedForm(forms.ModelForm):
    """How many, and what for."""

    class Meta:
        model = Need
        fields = ("quantity", "use")
