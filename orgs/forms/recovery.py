"""What is typed about a recovery: the proof, and an objection."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.forms.documents import FilesField

LONGEST_NUMBER = 40


class RecoveryForm(forms.Form):
    """Which organization, who asks, what happened, and the papers that show it."""

    number = forms.CharField(
        label=_("Number of the organization"),
        help_text=_(
            "Its number on this site (six digits), its business number or charity number, or its "
            "Québec enterprise number (NEQ)."
        ),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput({"class": "w-16", "autocomplete": "off", "spellcheck": "false"}),
    )
    title = forms.CharField(
        label=_("Your position there"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )
    words = forms.CharField(
        label=_("What happened?"),
        help_text=_("Who administered the account, and why they cannot be reached."),
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
    )
    papers = FilesField(
        label=_("Papers"),
        help_text=_(
            "A letter of the board that names you, and a paper that shows who the board is. PDF, "
            "JPEG or PNG, up to 10 MB each, five at most."
        ),
        error_messages={"required": _("Add the letter of the board.")},
    )


class ObjectionForm(forms.Form):
    """Why not; our staff read it."""

    words = forms.CharField(
        label=_("Why do you object?"),
        help_text=_("Our staff read this; the person who asks does not."),
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
    )
