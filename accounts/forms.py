"""What a person types to make an account."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from accounts.models import User


class SignupForm(forms.Form):
    """What allauth's own form does not ask: the person's name."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)

    field_order = ["first_name", "last_name", "email", "username", "password1"]

    def signup(self, request: HttpRequest, user: User) -> Any:
        """Called by allauth once the account is valid: the site's language becomes the person's."""
        user.first_name = self.cleaned_data["first_name"]
        user.last_name = self.cleaned_data["last_name"]
        user.language = reader_language()
        user.save(update_fields=["first_name", "last_name", "language"])
