"""What people type about an organization, a form a step, and what staff write about it."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs import numbers
from orgs.models import Activity, Organization
from orgs.registration import is_taken
from orgs.vocabulary import PROVINCES

# With the spaces and dashes of the papers; the cleaning takes them out.
LONGEST_TYPED = 40
NUMBERS = ("bn", "neq", "corporation_number")


def as_people_write(field: Any) -> forms.CharField:
    """The field of a code, without the length of the column: what is typed may have spaces."""
    return forms.CharField(
        label=field.label,
        help_text=field.help_text,
        required=False,
        max_length=LONGEST_TYPED,
        widget=type(field.widget)(attrs=field.widget.attrs | {"maxlength": LONGEST_TYPED}),
    )


def with_postal_code(form: forms.Form | forms.ModelForm, data: dict[str, Any]) -> dict[str, Any]:
    """The clean data of a form, whose postal code and province belong together."""
    if code := data.get("postal_code"):
        try:
            province = data.get("province", "")
            data["postal_code"] = numbers.clean_postal_code(code, province=province)
        except ValidationError as refusal:
            form.add_error("postal_code", refusal)
    return data


class Amount(forms.DecimalField):
    """Dollars as people write them, in their language: with spaces, and with their sign."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(letter for letter in value if not letter.isspace() and letter != "$")
        return super().to_python(value)


def in_words(field: forms.Field, value: Any) -> str:
    """A saved value as people read it: the words of a choice, and never "None"."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if value in (None, ""):
        return "–"
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    shown = dict(choices).get(value, field.widget.format_value(field.prepare_value(value)))
    return str(shown)


class StepForm(forms.ModelForm):
    """A step of the registration: may be saved half filled; sending asks for the rest."""

    title: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: dict[str, str] = {}

    def rival(self) -> list[dict[str, Any]]:
        """What another tab saved where this one would write something else, for people to read."""
        saved = type(self)(instance=Organization.objects.get(pk=self.instance.pk))
        return [
            {"label": field.label, "saved": in_words(field.field, field.initial)}
            for field in saved
            if field.field.has_changed(field.initial, self[field.name].data)
        ]

    def set_aside_taken(self) -> None:
        """Take out the numbers that another organization has; `taken` keeps them."""
        for field in NUMBERS:
            value = self.cleaned_data.get(field)
            if value and is_taken(field, value, by=self.instance):
                self.taken[field] = value
                self.cleaned_data[field] = ""
                setattr(self.instance, field, "")

    def facts_changed(self) -> list[str]:
        """The columns that the person gave another value."""
        return list(self.changed_data)


class IdentityForm(StepForm):
    title = _("Name and numbers")

    former_names_text = forms.CharField(
        label=_("Former names"),
        help_text=_("One on each line."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Organization
        fields = ("legal_name", "kind", "bn", "neq", "corporation_number")
        labels: ClassVar = {
            "legal_name": _("Legal name"),
            "kind": _("Kind of organization"),
            "bn": _("Business number"),
            "neq": _("Québec enterprise number (NEQ)"),
            "corporation_number": _("Federal corporation number"),
        }
        help_texts: ClassVar = {
            "legal_name": _("As on your letters patent or your registration."),
            "bn": _("Nine digits, and for a charity RR and four more: 12345 6789 RR 0001."),
            "neq": _("Ten digits, if you are registered in Quebec."),
            "corporation_number": _("If you are incorporated federally."),
        }
        widgets: ClassVar = {
            "legal_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "kind": forms.RadioSelect,
            "bn": forms.TextInput(attrs={"class": "w-16", "autocomplete": "off"}),
            "neq": forms.TextInput(attrs={"class": "w-10", "autocomplete": "off"}),
            "corporation_number": forms.TextInput(attrs={"class": "w-10", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Organization.Kind.choices  # type: ignore[attr-defined]  # a ChoiceField
        for name in NUMBERS:
            self.fields[name] = as_people_write(self.fields[name])
        self.fields["former_names_text"].initial = "\n".join(self.instance.former_names)

    def clean_bn(self) -> str:
        text = self.cleaned_data["bn"]
        is_charity = self.data.get("kind") == Organization.Kind.CHARITY
        return numbers.clean_bn(text, account="RR" if is_charity else "") if text else ""

    def clean_neq(self) -> str:
        return numbers.clean_neq(self.cleaned_data["neq"]) if self.cleaned_data["neq"] else ""

    def clean_corporation_number(self) -> str:
        text = self.cleaned_data["corporation_number"]
        return numbers.clean_corporation_number(text) if text else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.set_aside_taken()
        return data

    def facts_changed(self) -> list[str]:
        return [name.removesuffix("_text") for name in self.changed_data]

    def validate_unique(self) -> None:
        """A number that is taken leads to another page: `registration.save_step`."""

    def validate_constraints(self) -> None:
        """The same; the database's own constraints stand behind."""

    def save(self, commit: bool = True) -> Any:
        lines = self.cleaned_data["former_names_text"].splitlines()
        self.instance.former_names = [line.strip()[:200] for line in lines if line.strip()]
        return super().save(commit)


class ActivitiesForm(StepForm):
    title = _("Activities")

    class Meta:
        model = Organization
        fields = ("activities",)
        labels: ClassVar = {"activities": _("What does your organization do?")}
        help_texts: ClassVar = {"activities": _("Choose all that apply.")}
        widgets: ClassVar = {"activities": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["activities"]
        field.required = False
        field.queryset = Activity.objects.all()
        field.label_from_instance = lambda activity: activity.name


class MissionForm(StepForm):
    title = _("Mission and language")

    class Meta:
        model = Organization
        fields = ("mission", "language")
        labels: ClassVar = {
            "mission": _("Mission"),
            "language": _("Language in which we write to your organization"),
        }
        help_texts: ClassVar = {"mission": _("Two or three sentences: what you do, for whom.")}
        widgets: ClassVar = {
            "mission": forms.Textarea(attrs={"rows": 5}),
            "language": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("fr", _("French")), ("en", _("English"))]  # type: ignore[attr-defined]  # a ChoiceField


class BudgetForm(StepForm):
    title = _("Budget and staff")

    annual_budget = Amount(
        label=_("Annual budget"),
        help_text=_("Total expenses of your last complete year, in dollars."),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "decimal"}),
    )

    class Meta:
        model = Organization
        fields = ("annual_budget", "budget_source", "budget_year", "staff")
        labels: ClassVar = {
            "budget_source": _("Where this figure comes from"),
            "budget_year": _("For which year"),
            "staff": _("Paid employees"),
        }
        help_texts: ClassVar = {
            "staff": _("How many people; 0 if you have volunteers only."),
        }
        widgets: ClassVar = {
            "budget_source": forms.RadioSelect,
            "budget_year": forms.NumberInput(attrs={"class": "w-7", "inputmode": "numeric"}),
            "staff": forms.NumberInput(attrs={"class": "w-7", "inputmode": "numeric"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["annual_budget"].unit = "$"  # type: ignore[attr-defined]  # for templates/house
        self.fields["budget_source"].choices = Organization.BudgetSource.choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_budget_year(self) -> int | None:
        year = self.cleaned_data["budget_year"]
        if year is not None and not 2000 <= year <= 2100:
            raise ValidationError(_("Write the year with four digits, such as 2025."))
        return year


class AddressForm(StepForm):
    title = _("Address and contact")

    province = forms.ChoiceField(
        label=_("Province or territory"), choices=[("", "—"), *PROVINCES.items()], required=False
    )

    website = forms.URLField(
        label=_("Website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = Organization
        fields = ("street", "unit", "city", "province", "postal_code", "phone", "website", "email")
        labels: ClassVar = {
            "street": _("Street address"),
            "unit": _("Unit"),
            "city": _("City"),
            "postal_code": _("Postal code"),
            "phone": _("Telephone"),
            "email": _("E-mail address for licences"),
        }
        help_texts: ClassVar = {
            "email": _("A shared address that stays when people leave, such as info@…"),
        }
        widgets: ClassVar = {
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "unit": forms.TextInput(attrs={"class": "w-7"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "postal_code": forms.TextInput(attrs={"class": "w-7", "autocomplete": "postal-code"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["postal_code"] = as_people_write(self.fields["postal_code"])

    def clean(self) -> dict[str, Any]:
        return with_postal_code(self, super().clean() or {})


STEPS: dict[str, type[StepForm]] = {
    "identity": IdentityForm,
    "activities": ActivitiesForm,
    "mission": MissionForm,
    "budget": BudgetForm,
    "address": AddressForm,
}
