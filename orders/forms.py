"""What people type into carts, at check-out and about refunds, made clean."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from catalog.models import Program, ProgramQuestion
from orders.decision import Decision
from orders.demands import Refusal
from orders.models.cart import MAX_QUANTITY

Type = ProgramQuestion.Type


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


class CheckoutForm(forms.Form):
    """The programs' questions and the statements to agree to, for one cart as it was shown.

    Fields of questions are named `q-<program>-<key>`, those of statements `a-<name>`.
    """

    attempt = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        for program in decision.programs:
            for question in program.questions.all():
                self.fields[question_name(program.slug, question.key)] = question_field(question)
        for statement in decision.attestations:
            self.fields[f"a-{statement.name}"] = forms.BooleanField(
                label=statement.text,
                error_messages={"required": _("Tick this box to agree, or leave the product out.")},
            )

    @property
    def questions(self) -> list[tuple[Program, list[forms.BoundField]]]:
        """The programs that ask something, with their fields."""
        groups = [
            (program, [self[question_name(program.slug, q.key)] for q in program.questions.all()])
            for program in self.decision.programs
        ]
        return [(program, fields) for program, fields in groups if fields]

    @property
    def statements(self) -> list[forms.BoundField]:
        """The boxes to tick."""
        return [self[f"a-{statement.name}"] for statement in self.decision.attestations]

    def answers(self) -> dict[str, dict[str, Any]]:
        """The clean answers by program and question, as an order keeps them."""
        found: dict[str, dict[str, Any]] = {}
        for program in self.decision.programs:
            for question in program.questions.all():
                answer = self.cleaned_data[question_name(program.slug, question.key)]
                found.setdefault(program.slug, {})[question.key] = plain(answer)
        return found

    def attested(self) -> set[str]:
        """The names of the statements that were agreed to."""
        return {s.name for s in self.decision.attestations if self.cleaned_data[f"a-{s.name}"]}

    def refuse(self, refusal: ValidationError) -> None:
        """Put each reason at the question it concerns, or above the form."""
        for one in refusal.error_list:
            name = None
            if isinstance(one, Refusal) and one.question:
                name = question_name(one.program, one.question)
            self.add_error(name if name in self.fields else None, one)


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
