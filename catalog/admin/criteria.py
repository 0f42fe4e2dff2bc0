"""Criteria by form: a row each, with the inputs that fit its fact; checked as in a file."""

import json
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages import sort_key
from catalog.admin.terms import checked, read_criteria
from catalog.terms import Criterion
from orgs.models import Activity, Organization
from orgs.vocabulary import PROVINCES

FACTS: Final = {
    "kind": _("Kind of organization"),
    "province": _("Province or territory"),
    "activities": _("Activities"),
    "budget": _("Yearly budget (CAD)"),
    "staff": _("Paid employees"),
    "qualified_months": _("Months of qualification"),
}
LISTS: Final = ("kind", "province", "activities")
COMPARISONS: Final = (
    ("any_of", _("has at least one of these")),
    ("none_of", _("has none of these")),
)


class CriterionForm(forms.Form):
    """One criterion: a list to choose from, or a lowest and a highest number."""

    fact = forms.ChoiceField(choices=list(FACTS.items()), widget=forms.HiddenInput)
    comparison = forms.ChoiceField(
        label=_("Comparison"), choices=COMPARISONS, widget=forms.RadioSelect, initial="none_of"
    )
    values = forms.MultipleChoiceField(
        label=_("One of these"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    min = forms.DecimalField(label=_("At least"), required=False, min_value=0, max_digits=14)
    max = forms.DecimalField(label=_("At most"), required=False, min_value=0, max_digits=14)
    unless = forms.BooleanField(
        label=_("Waived for a secular arm that staff have recognized"), required=False
    )

    def __init__(self, *args: Any, activities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = str(self["fact"].value() or "")
        self.names: dict[str, str] = {}
        # Only what fits the fact.
        for name in ("min", "max") if self.about in LISTS else ("values", "comparison"):
            del self.fields[name]
        if self.about in LISTS:
            self._fit_list(activities)
        else:
            self._fit_bounds()

    def _fit_list(self, activities: list[tuple[str, str]]) -> None:
        choices: Any = {
            "kind": Organization.Kind.choices,
            "province": list(PROVINCES.items()),
            "activities": activities,
        }
        self.fields["values"].choices = choices[self.about]  # type: ignore[attr-defined]  # a choice field
        if self.about == "activities":
            self.names = dict(activities)
        else:
            del self.fields["comparison"]

    def _fit_bounds(self) -> None:
        places = 2 if self.about == "budget" else 0
        for name in ("min", "max"):
            field: Any = self.fields[name]
            self.fields[name] = forms.DecimalField(
                label=field.label,
                required=False,
                min_value=0,
                max_digits=14,
                decimal_places=places,
            )

    @property
    def title(self) -> Any:
        """What it is about."""
        return FACTS.get(self.about, "")

    @property
    def chosen(self) -> list[str]:
        """The activities that are ticked, by name."""
        ticked = self["values"].value() or []
        return [self.names[code] for code in ticked if code in self.names]

    def clean(self) -> dict[str, Any]:
        """A range has a bound, and does not end before it begins."""
        data = super().clean() or {}
        if self.about in LISTS or self.errors:
            return data
        low, high = data.get("min"), data.get("max")
        if low is None and high is None:
            self.add_error("min", _("Enter the least, the most, or both."))
        elif low is not None and high is not None and low > high:
            self.add_error("max", _("This is less than the least."))
        return data

    def to_data(self) -> dict[str, Any]:
        """As the database keeps it."""
        data = self.cleaned_data
        comparison = data.get("comparison") or ("in" if self.about in LISTS else "between")
        criterion = Criterion(
            fact=self.about,
            comparison=comparison,
            values=tuple(data.get("values", ())),
            min=_bound(data.get("min")),
            max=_bound(data.get("max")),
            unless="secular_arm" if data.get("unless") else "",
        )
        return criterion.to_data()


def _bound(number: Decimal | None) -> int | Decimal | None:
    if number is None:
        return None
    return int(number) if number == int(number) else number.quantize(Decimal("0.01"))


class CriteriaFormSet(forms.BaseFormSet):
    """All criteria of a draft, in their order."""

    def criteria(self) -> list[dict[str, Any]]:
        """What the database keeps, checked once more as a file is. Raises ValidationError."""
        rows = [form for form in self.ordered_forms if form not in self.deleted_forms]
        found = [row.to_data() for row in rows]
        checked(json.dumps(found), read_criteria)
        return found


CriteriaForms: Any = forms.formset_factory(
    CriterionForm, formset=CriteriaFormSet, extra=0, can_delete=True, can_order=True
)


def criteria_forms(data: Any = None, *, criteria: list[dict[str, Any]]) -> Any:
    """The rows: as they were sent, or as a draft has them; one query."""
    rows = Activity.objects.order_by("position").values_list("code", sort_key("name"))
    kept = [_initial(Criterion.from_data(row)) for row in criteria]
    return CriteriaForms(
        data, initial=kept, prefix="criteria", form_kwargs={"activities": list(rows)}
    )


def _initial(criterion: Criterion) -> dict[str, Any]:
    return {
        "fact": criterion.fact,
        "comparison": criterion.comparison,
        "values": list(criterion.values),
        "min": criterion.min,
        "max": criterion.max,
        "unless": bool(criterion.unless),
    }


def with_another(data: Any, fact: str) -> Any:
    """What was sent, with one more row about a fact."""
    more = data.copy()
    place = int(more.get("criteria-TOTAL_FORMS") or 0)
    more["criteria-TOTAL_FORMS"] = str(place + 1)
    more[f"criteria-{place}-fact"] = fact
    more[f"criteria-{place}-ORDER"] = str(place + 1)
    return more
