"""What is typed about branches: the organization above, a signature, a refusal."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_NUMBER = 40


class ParentForm(forms.Form):
    """The organization above, by a number."""

    number = forms.CharField(
        label=_("Number of the organization above"),
        help_text=_(
            "Its number on this site (six digits), its business number or charity number, or its "
            "Québec enterprise number (NEQ)."
        ),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput({"class": "w-16", "autocomplete": "off", "spellcheck": "false"}),
    )


class SignatureForm(forms.Form):
    """Who signs, in which office."""

    name = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"})
    )
    title = forms.CharField(
        label=_("Your title"),
        help_text=_("Such as chair, treasurer, executive director."),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )
    agrees = forms.BooleanField(
        label=_("I have read the letter and may sign it for the organization"),
        error_messages={"required": _("Confirm that you have read the letter and may sign.")},
    )


class RefusalForm(forms.Form):
    """Why not; the branch reads it."""

    reason = forms.CharField(
        label=_("Why do you not sign?"),
        help_text=_("The people of the branch read this."),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Say why, so that they know what to do.")},
    )
