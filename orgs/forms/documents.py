"""Papers, and the answer to a question of staff that may bring one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.models import Document


class DocumentForm(forms.Form):
    """One document."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Document.Kind.choices)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class AnswerForm(forms.Form):
    """The applicant's answer to a question of staff, with a document if one was asked for."""

    answer = forms.CharField(label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 5}))
    kind = forms.ChoiceField(
        label=_("What the document is"),
        choices=[("", "—"), *Document.Kind.choices],
        required=False,
    )
    file = forms.FileField(
        label=_("Document"),
        help_text=_("PDF, JPEG or PNG, up to 10 MB."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
