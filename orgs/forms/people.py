"""What is typed about people: an invitation, a role, a request to join."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from orgs.models import Role

LONGEST_NUMBER = 40
WORDS = 2000


class RoleField(forms.ChoiceField):
    """One of the roles that somebody may give, each with what it may do in a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Role"), widget=forms.RadioSelect, **kwargs)

    def offer(self, roles: Sequence[Role]) -> None:
        self.roles = {str(role.pk): role for role in roles}
        self.choices = [(key, f"{role.name} – {role.in_short}") for key, role in self.roles.items()]

    def clean(self, value: Any) -> Any:
        return self.roles[super().clean(value)]


class RoleForm(forms.Form):
    """A role to give."""

    role = RoleField()

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].offer(roles)  # type: ignore[attr-defined]


class InviteForm(RoleForm):
    """Whom to invite, in which role and language, and with which words."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person’s own: whoever reads its mail can accept."),
        widget=forms.EmailInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=_("Language of the invitation"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Message"),
        help_text=_("Say who you are and what it is about."),
        max_length=WORDS,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )

    field_order = ["email", "role", "language", "words"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("language", reader_language())


class JoinForm(forms.Form):
    """Which organization, by a number, and who asks."""

    number = forms.CharField(
        label=_("Number of the organization"),
        help_text=_(
            "Its number on this site (six digits), its business number or charity number, or its "
            "Québec enterprise number (NEQ)."
        ),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput({"class": "w-16", "autocomplete": "off", "spellcheck": "false"}),
    )
    words = forms.CharField(
        label=_("Who are you?"),
        help_text=_("Your position there. Its administrators read this, your name and address."),
        max_length=WORDS,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, is_handed_over: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_handed_over:  # the page that led here knows which organization it is
            del self.fields["number"]
