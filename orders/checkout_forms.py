"""What people type at check-out, made clean: answers, an address, a way of paying, agreement."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from catalog.models import Program, ProgramQuestion
from orders import delivery
from orders.decision import Decision
from orders.demands import Answers
from orders.models import CheckoutDraft, Order
from orders.models.delivery import TO
from orders.rules import unanswered
from orgs.contents import Contents, examine
from orgs.days import written
from orgs.forms.documents import FilesField
from orgs.forms.registration import as_people_write, with_postal_code
from orgs.models import Organization

Type = ProgramQuestion.Type
WAYS: Final[Mapping[str, Any]] = {
    Order.Method.PAYPAL: _("Card or PayPal, on PayPal’s secure page"),
    Order.Method.CHEQUE: _("Cheque, by mail"),
}


class CheckoutForm(forms.Form):
    """The statements to agree to, for one cart and what was typed, as they were shown.

    Fields of statements are named `a-<name>`.
    """

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    typed = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        for statement in decision.attestations:
            self.fields[f"a-{statement.name}"] = forms.BooleanField(
                label=statement.text,
                error_messages={"required": _("Tick this box to agree, or leave the product out.")},
            )

    @property
    def statements(self) -> list[forms.BoundField]:
        """The boxes to tick."""
        return [self[f"a-{statement.name}"] for statement in self.decision.attestations]

    def attested(self) -> set[str]:
        """The names of the statements that were agreed to."""
        return {s.name for s in self.decision.attestations if self.cleaned_data[f"a-{s.name}"]}


class QuestionsForm(forms.Form):
    """What the programs of a cart ask. Fields are named `q-<program>-<key>`."""

    def __init__(self, *args: Any, decision: Decision, saved: Answers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        for program in decision.asking:
            given = saved.get(program.slug, {})
            for question in program.questions.all():
                field = question_field(question)
                field.initial = typed_before(question, given.get(question.key))
                self.fields[question_name(program.slug, question.key)] = field

    @property
    def questions(self) -> list[tuple[Program, list[forms.BoundField]]]:
        """The programs that ask something, with their fields."""
        groups = [
            (program, [self[question_name(program.slug, q.key)] for q in program.questions.all()])
            for program in self.decision.asking
        ]
        return [(program, fields) for program, fields in groups if fields]

    def answers(self) -> dict[str, dict[str, Any]]:
        """The clean answers by program and question, as an order keeps them; faulty ones not."""
        found: dict[str, dict[str, Any]] = {}
        for program in self.decision.asking:
            for question in program.questions.all():
                name = question_name(program.slug, question.key)
                if name in self.cleaned_data:
                    answer = plain(self.cleaned_data[name])
                    found.setdefault(program.slug, {})[question.key] = answer
        return found

    def clean(self) -> dict[str, Any]:
        """The rules look at every answer; each reason stands at its question."""
        data = super().clean() or {}
        answers = self.answers()
        for demand in self.decision.situation.demands:
            for one in unanswered(demand, answers.get(demand.program, {})):
                name = question_name(demand.program, one.question)
                if name not in self.errors:
                    self.add_error(name, one)
        return data


def typed_before(question: ProgramQuestion, answer: Any) -> Any:
    """A saved answer as its field shows it."""
    if question.type == Type.YESNO and answer is not None:
        return "yes" if answer else "no"
    if question.type == Type.NUMBER and answer not in (None, ""):
        return Decimal(str(answer))
    return answer


def in_words(question: ProgramQuestion, answer: Any) -> str:
    """A saved answer as people read it."""
    if answer in (None, ""):
        return ""
    match question.type:
        case Type.YESNO:
            return str(_("Yes") if answer else _("No"))
        case Type.CHOICE:
            language = reader_language()
            return {c["value"]: c["label"][language] for c in question.choices}.get(answer, answer)
        case Type.DATE:
            return written(date.fromisoformat(answer))
        case Type.NUMBER:
            return str(number_format(answer, force_grouping=True))
    return str(answer)


class DeliveryForm(forms.ModelForm):
    """Where a courier finds somebody who signs, and what proves it when we do not know it."""

    proof_file = FilesField(
        label=_("What shows that your organization is there"),
        help_text=_(
            "Only for an address that is not the one on file: a lease, a utility bill or a page of "
            "your website, as PDF, JPEG or PNG, up to 10 MB."
        ),
        required=False,
    )

    class Meta:
        model = CheckoutDraft
        fields = TO
        labels: ClassVar = {
            "recipient": _("Who receives it"),
            "phone": _("Telephone"),
            "street": _("Street address"),
            "unit": _("Unit"),
            "city": _("City"),
            "postal_code": _("Postal code"),
            "directions": _("For the courier"),
        }
        help_texts: ClassVar = {
            "street": _("In Canada, with the building’s number; not a post office box."),
            "phone": _("The courier calls when nobody answers the door."),
            "directions": _("Such as a door, a floor or opening hours."),
        }
        widgets: ClassVar = {
            "recipient": forms.TextInput(attrs={"autocomplete": "name"}),
            "street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "unit": forms.TextInput(attrs={"class": "w-7"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "postal_code": forms.TextInput(attrs={"class": "w-7", "autocomplete": "postal-code"}),
        }

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.before, self.proof = delivery.place_of(self.instance), self.instance.proof
        self.fields["postal_code"] = as_people_write(self.fields["postal_code"])
        for name in ("recipient", "phone", "street", "city", "province", "postal_code"):
            self.fields[name].required = True

    def clean_proof_file(self) -> Contents | None:
        files = self.cleaned_data["proof_file"]
        return examine(files[0]) if files else None

    def clean(self) -> dict[str, Any]:
        """All that a courier would stumble over, and the proof that the address needs."""
        data = with_postal_code(self, super().clean() or {})
        if data.get("street"):
            for fault in delivery.faults(data["street"], data.get("unit") or ""):
                self.add_error("street", fault)
        if not self.errors and not data.get("proof_file"):
            self._ask_for_proof(CheckoutDraft(**{column: data[column] for column in TO}))
        return data

    def _ask_for_proof(self, typed: CheckoutDraft) -> None:
        has_proof = self.proof is not None and delivery.place_of(typed) == self.before
        if not has_proof and not delivery.is_known(typed, self.organization):
            text = _("We do not know this address yet: send what shows that you are there.")
            self.add_error("proof_file", ValidationError(text, "no_proof"))


class WayForm(forms.Form):
    """How an order is paid, where there is a choice."""

    method = forms.ChoiceField(
        label=_("Way of paying"),
        choices=list(WAYS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you pay.")},
    )


class LicencesForm(forms.Form):
    """To which address the messages about the licences of one order go."""

    licence_email = forms.EmailField(
        label=_("E-mail address for this order’s licences"),
        help_text=_("Left empty, it is your organization’s own address for licences."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def question_name(program: str, key: str) -> str:
    """The field of a program's question."""
    return f"q-{program}-{key}"


def question_field(question: ProgramQuestion) -> forms.Field:
    """The field that fits a question's type."""
    common: dict[str, Any] = {"label": question.label, "required": question.required}
    language = reader_language()
    match question.type:
        case Type.NUMBER:
            return forms.DecimalField(
                min_value=0,
                max_digits=12,
                decimal_places=2,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-10"}),
                localize=True,
                **common,
            )
        case Type.DATE:
            return forms.DateField(
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **common
            )
        case Type.CHOICE:
            choices = [(c["value"], c["label"][language]) for c in question.choices]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        case Type.YESNO:
            return forms.TypedChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))],
                coerce=lambda answer: answer == "yes",
                empty_value=None,
                widget=forms.RadioSelect,
                **common,
            )
    return forms.CharField(max_length=500, **common)


def plain(answer: Any) -> Any:
    """An answer as JSON: whole numbers as numbers, other amounts and days as texts."""
    if isinstance(answer, Decimal):
        return int(answer) if answer == int(answer) else str(answer)
    return answer.isoformat() if isinstance(answer, date) else answer
