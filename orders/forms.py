"""What the buyer answers and agrees to before an order is placed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from catalog.models import Program, ProgramQuestion
from orders.attestations import TEXTS
from orders.checkout import Agreement
from orders.models.cart import MAX_QUANTITY


class QuantityForm(forms.Form):
    """How many packs; 0 removes."""

    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=0,
        max_value=MAX_QUANTITY,
        error_messages={"invalid": _("Enter the quantity in figures, such as 3.")},
    )


class CheckoutForm(forms.Form):
    """The questions of each program in the cart, and what its partners want to be agreed to."""

    attempt = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, programs: Iterable[Program], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programs = list(programs)
        self.questions = {
            f"{program.slug}__{question.key}": (program, question)
            for program in self.programs
            for question in program.questions.all()
        }
        for name, (_program, question) in self.questions.items():
            self.fields[name] = field_of(question)
        for key in self.attestations:
            self.fields[f"attest__{key}"] = forms.BooleanField(
                label=TEXTS[key],
                error_messages={"required": _("The order needs your agreement to this.")},
            )

    @property
    def attestations(self) -> list[str]:
        """What all programs together ask to be agreed to, each once."""
        return list(dict.fromkeys(key for p in self.programs for key in p.attestations))

    def groups(self) -> list[tuple[Program, list[Any]]]:
        """The questions for the page: each program with its fields."""
        return [
            (program, [self[n] for n, (p, _q) in self.questions.items() if p == program])
            for program in self.programs
            if program.questions.all()
        ]

    def attestation_fields(self) -> list[Any]:
        return [self[f"attest__{key}"] for key in self.attestations]

    def clean(self) -> dict[str, Any]:
        """An answer that the program refuses is said at its question."""
        data = super().clean() or {}
        for name, (program, question) in self.questions.items():
            if name in data and is_refused(question, data[name]):
                text = _("With this answer, %(program)s cannot be ordered.")
                self.add_error(name, forms.ValidationError(text, params={"program": program.name}))
        return data

    def agreement(self) -> Agreement:
        """What the order keeps."""
        answers: dict[str, dict[str, Any]] = {}
        for name, (program, question) in self.questions.items():
            answers.setdefault(program.slug, {})[question.key] = kept(self.cleaned_data[name])
        return Agreement(answers=answers, attested=self.attestations)


def field_of(question: ProgramQuestion) -> forms.Field:
    """The form field of a program's question."""
    common: dict[str, Any] = {"label": question.label, "required": question.required}
    match question.type:
        case ProgramQuestion.Type.NUMBER:
            return forms.IntegerField(min_value=0, **common)
        case ProgramQuestion.Type.DATE:
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], **common)
        case ProgramQuestion.Type.CHOICE:
            language = reader_language()
            choices = [(c["value"], c["label"][language]) for c in question.choices]
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
        case ProgramQuestion.Type.YESNO:
            return forms.TypedChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))],
                coerce=lambda value: value == "yes",
                empty_value=None,
                widget=forms.RadioSelect,
                **common,
            )
    return forms.CharField(max_length=500, **common)


def is_refused(question: ProgramQuestion, answer: Any) -> bool:
    """Whether a program turns this answer down."""
    return question.refuse_if is not None and answer == question.refuse_if


def kept(answer: Any) -> Any:
    """An answer as JSON."""
    return answer.isoformat() if hasattr(answer, "isoformat") else answer
