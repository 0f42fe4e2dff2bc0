"""What members type when a fact of their organization changes, a form a subject."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from orgs import numbers
from orgs.fieldclasses import LABELS, Subject, as_data
from orgs.forms.documents import FilesField
from orgs.forms.registration import LONGEST_TYPED, Amount, with_postal_code
from orgs.models import Activity, Organization
from orgs.vocabulary import PROVINCES


class ChangeForm(forms.Form):
    """A subject's facts as they should be; filled in with what is on file."""

    old: Mapping[str, Any]

    def __init__(self, *args: Any, old: Mapping[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = dict(old)
        super().__init__(*args, **kwargs)
        self.old = old
        for name, field in self.fields.items():
            field.label = LABELS[name]

    def values(self) -> dict[str, Any]:
        """What was typed, as JSON; every field of the subject."""
        return {name: as_data(self.cleaned_data[name]) for name in self.fields}


class NameForm(ChangeForm):
    legal_name = forms.CharField(
        max_length=200,
        help_text=_("As on your letters patent or your registration."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class KindForm(ChangeForm):
    kind = forms.ChoiceField(choices=Organization.Kind.choices, widget=forms.RadioSelect)
    bn = forms.CharField(
        help_text=_("Nine digits, and for a charity RR and four more: 12345 6789 RR 0001."),
        widget=forms.TextInput(attrs={"class": "w-16", "autocomplete": "off"}),
        max_length=LONGEST_TYPED,
        required=False,
    )
    neq = forms.CharField(
        help_text=_("Ten digits, if you are registered in Quebec."),
        widget=forms.TextInput(attrs={"class": "w-10", "autocomplete": "off"}),
        max_length=LONGEST_TYPED,
        required=False,
    )
    corporation_number = forms.CharField(
        help_text=_("If you are incorporated federally."),
        widget=forms.TextInput(attrs={"class": "w-10", "autocomplete": "off"}),
        max_length=LONGEST_TYPED,
        required=False,
    )

    def clean_bn(self) -> str:
        text = self.cleaned_data["bn"]
        is_charity = self.data.get("kind") == Organization.Kind.CHARITY
        return numbers.clean_bn(text, account="RR" if is_charity else "") if text else ""

    def clean_neq(self) -> str:
        return numbers.clean_neq(self.cleaned_data["neq"]) if self.cleaned_data["neq"] else ""

    def clean_corporation_number(self) -> str:
        text = self.cleaned_data["corporation_number"]
        return numbers.clean_corporation_number(text) if text else ""


class AddressForm(ChangeForm):
    street = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    unit = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"class": "w-7"})
    )
    city = forms.CharField(
        max_length=100, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    province = forms.ChoiceField(choices=[("", "—"), *PROVINCES.items()])
    postal_code = forms.CharField(
        max_length=LONGEST_TYPED,
        widget=forms.TextInput(attrs={"class": "w-7", "autocomplete": "postal-code"}),
    )

    def clean(self) -> dict[str, Any]:
        return with_postal_code(self, super().clean() or {})


class ActivitiesForm(ChangeForm):
    activities = forms.ModelMultipleChoiceField(
        Activity.objects.all(),
        to_field_name="code",
        help_text=_("Choose all that apply."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["activities"]
        field.label_from_instance = lambda activity: activity.name

    def values(self) -> dict[str, Any]:
        chosen: Iterable[Activity] = self.cleaned_data["activities"]
        return {"activities": as_data(activity.code for activity in chosen)}


class BudgetForm(ChangeForm):
    annual_budget = Amount(
        help_text=_("Total expenses of your last complete year, in dollars."),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "decimal"}),
    )
    budget_source = forms.ChoiceField(
        choices=Organization.BudgetSource.choices, widget=forms.RadioSelect
    )
    budget_year = forms.IntegerField(
        min_value=2000,
        max_value=2100,
        help_text=_("The year in which it ended, with four digits."),
        widget=forms.NumberInput(attrs={"class": "w-7", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.old["annual_budget"] is not None:  # as the reader's language writes it
            self.initial["annual_budget"] = Decimal(self.old["annual_budget"])
        self.fields["annual_budget"].unit = "$"  # type: ignore[attr-defined]  # for templates/house


class StaffForm(ChangeForm):
    staff = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        help_text=_("How many people; 0 if you have volunteers only."),
        widget=forms.NumberInput(attrs={"class": "w-7", "inputmode": "numeric"}),
    )


FORMS: dict[str, type[ChangeForm]] = {
    "name": NameForm,
    "kind": KindForm,
    "address": AddressForm,
    "activities": ActivitiesForm,
    "budget": BudgetForm,
    "staff": StaffForm,
}


class ProofForm(forms.Form):
    """Why it changes, and the papers that show it."""

    papers = FilesField(
        label=_("Papers"), error_messages={"required": _("Add the paper that shows the change.")}
    )
    words = forms.CharField(
        label=_("What our staff should know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["papers"]
        field.required = bool(subject.paper)
        kinds = _("PDF, JPEG or PNG, up to 10 MB each, at most five.")
        field.help_text = f"{subject.paper} {kinds}" if subject.paper else str(kinds)


class ReplyForm(forms.Form):
    """A word more about a request, or the answer to our question."""

    text = forms.CharField(
        label=_("Your message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    papers = FilesField(
        label=_("Papers"),
        required=False,
        help_text=_("PDF, JPEG or PNG, up to 10 MB each, at most five."),
    )


class FreeForm(forms.Form):
    """Facts that are saved at once."""

    phone = PhoneNumberField(label=LABELS["phone"], region="CA")
    website = forms.URLField(
        label=LABELS["website"], required=False, max_length=200, assume_scheme="https"
    )
    mission = forms.CharField(
        label=LABELS["mission"],
        help_text=_("Two or three sentences: what you do, for whom."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    language = forms.ChoiceField(
        label=LABELS["language"],
        choices=[("fr", _("French")), ("en", _("English"))],
        widget=forms.RadioSelect,
    )


class LicenceAddressForm(forms.Form):
    """Where licences should go from now on."""

    email = forms.EmailField(
        label=_("New e-mail address for licences"),
        help_text=_("A shared address that stays when people leave, such as info@…"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
