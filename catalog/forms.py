"""What people type about eligibility: five questions, and what they would need."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.languages import sort_key
from catalog.eligibility import Facts
from catalog.explaining import dollars
from catalog.models import Need
from orgs.forms.registration import Amount
from orgs.models import Activity, Organization
from orgs.vocabulary import PROVINCES

LASTS = timedelta(days=730)


class CheckForm(forms.Form):
    """Five questions about an organization without an account; nothing of it is kept.

    What is left empty is not known, and the answers then say what depends on it.
    """

    kind = forms.ChoiceField(
        label=_("What is your organization?"),
        choices=Organization.Kind.choices,
        widget=forms.RadioSelect,
    )
    province = forms.ChoiceField(
        label=_("Where is it?"),
        choices=[("", _("Choose a province or territory")), *PROVINCES.items()],
        widget=forms.Select(attrs={"class": "w-24"}),
    )
    activities = forms.MultipleChoiceField(
        label=_("What does it do?"),
        help_text=_("Open what fits, and choose all that applies."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    budget = Amount(
        label=_("What does it spend in a year?"),
        help_text=_("An estimate will do."),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "decimal"}),
    )
    staff = forms.IntegerField(
        label=_("How many people does it employ?"),
        help_text=_("0 if you have volunteers only."),
        required=False,
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"class": "w-7", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Activity.objects.order_by("position").values_list("group", "code", sort_key("name"))
        grouped: dict[str, list[tuple[str, str]]] = {}
        for group, code, name in rows:
            grouped.setdefault(group, []).append((code, name))
        choices = [(Activity.Group(group).label, some) for group, some in grouped.items()]
        self.fields["activities"].choices = choices  # type: ignore[attr-defined]  # a choice field
        self.fields["budget"].unit = "$"  # type: ignore[attr-defined]  # for templates/house

    def in_words(self) -> list[str]:
        """The answers that were given, in the reader's language."""
        data = self.cleaned_data
        words: list[Any] = [Organization.Kind(data["kind"]).label, PROVINCES[data["province"]]]
        fields: Any = self.fields
        names = dict(row for _group, some in fields["activities"].choices for row in some)
        words += [names[code] for code in data["activities"]]
        if data["budget"] is not None:
            words.append(_("%(amount)s a year") % {"amount": dollars(data["budget"])})
        if data["staff"] is not None:
            text = ngettext("%(n)d paid employee", "%(n)d paid employees", data["staff"])
            words.append(text % {"n": data["staff"]})
        return [str(word) for word in words]

    def facts(self, *, on: date) -> Facts:
        """What was answered, as if the organization were qualified on that day."""
        data = self.cleaned_data
        return Facts(
            kind=data["kind"],
            province=data["province"],
            activities=frozenset(data["activities"]),
            budget=data["budget"],
            staff=data["staff"],
            qualified_since=on,
            qualified_until=on + LASTS,
        )


class NeedForm(forms.ModelForm):
    """How many, and what for."""

    class Meta:
        model = Need
        fields = ("quantity", "use")
