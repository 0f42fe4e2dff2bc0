"""What an applicant writes to staff: answers, additions, appeals, a renewal; and a goodbye."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.forms.documents import UPLOADED, FilesField
from orgs.forms.registration import BudgetForm
from orgs.models import NewBudget, Organization
from orgs.statements import RENEWAL

MOST_AT_ONCE = 5
LONGEST = 4000


class Files(FilesField):
    """Papers that may come with words: none, or several at once."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            help_text=_("PDF, JPEG or PNG, up to 10 MB each. You can choose several at once."),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = super().clean(data, initial)
        if len(files) > MOST_AT_ONCE:
            text = _("Send %(most)s files at most at once, and the others after.")
            raise ValidationError(text, "too_many", {"most": MOST_AT_ONCE})
        return files


def document_kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("What the documents are"),
        choices=[("", "—"), *UPLOADED],
        required=False,
    )


class AnswerForm(forms.Form):
    """The applicant's answer to a question of staff, with documents if they were asked for."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )
    kind = document_kind()
    papers = Files(label=_("Documents"))


class RemarkForm(forms.Form):
    """Words or papers that nobody asked for."""

    words = forms.CharField(
        label=_("What you want to add"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    kind = document_kind()
    papers = Files(label=_("Documents"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["words"].strip() and not data["papers"]:
            self.add_error("words", _("Write something, or choose a file."))
        return data


class AppealForm(forms.Form):
    """Why the decision is wrong, in the applicant's words."""

    words = forms.CharField(
        label=_("Why do you think that the decision is wrong?"),
        help_text=_("Say what we have overlooked or misread. Add a paper that shows it."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    papers = Files(label=_("Documents"))


NEEDED = {
    "annual_budget": _("Give the yearly budget: all expenses of a year."),
    "budget_source": _("Say where this figure comes from."),
    "budget_year": _("Say for which year it is."),
    "confirmed": _("Confirm that the facts are right, or say above what is not."),
}


class RenewalForm(BudgetForm):
    """The budget of today, what else has changed, and the confirmation of the facts on file."""

    words = forms.CharField(
        label=_("What else has changed"),
        help_text=_(
            "Anything in the facts above that is no longer right. Leave it empty if all is."
        ),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    papers = Files(label=_("Financial statements or other papers"))
    confirmed = forms.BooleanField(label=RENEWAL, required=False)

    field_order = ("annual_budget", "budget_source", "budget_year", "words", "papers", "confirmed")

    class Meta(BudgetForm.Meta):
        exclude = ("staff",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """To send it, the budget and the confirmation are needed; to save it, nothing is."""
        super().__init__(*args, **kwargs)
        is_saving = self.is_bound and "send" not in self.data
        is_library = self.instance.kind == Organization.Kind.LIBRARY
        for name, text in NEEDED.items():
            if is_saving or (is_library and name != "confirmed"):
                continue
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = text

    def budget(self) -> dict[str, Any]:
        """What is declared, by the names of `NewBudget`."""
        return {name: self.cleaned_data.get(name) for name in NewBudget.DECLARED}


class ClosingForm(forms.Form):
    """Why an organization leaves."""

    reason = forms.CharField(
        label=_("Why do you close the account?"),
        help_text=_("All administrators read it in the message that tells them."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirmed = forms.BooleanField(
        label=_("I act for the organization, and want its account closed."),
        error_messages={"required": _("Confirm that you want the account closed.")},
    )
