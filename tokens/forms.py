"""What a member types to create a token."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """For whom the token is; the third party sees the name."""

    bearer_name = forms.CharField(
        label=_("Person it is for"),
        help_text=_("Whoever checks the token sees this name."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bearer_email = forms.EmailField(
        label=_("That person’s e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
