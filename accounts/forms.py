"""What a person types to make an account, and to keep it up to date."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import usernames
from accounts.languages import reader_language
from accounts.models import User

# Canada's zones by the place that people know them by.
TIME_ZONES = (
    ("America/St_Johns", _("St. John’s")),
    ("America/Halifax", _("Halifax")),
    ("America/Toronto", _("Montréal and Toronto")),
    ("America/Winnipeg", _("Winnipeg")),
    ("America/Regina", _("Regina")),
    ("America/Edmonton", _("Edmonton")),
    ("America/Vancouver", _("Vancouver")),
    ("America/Whitehorse", _("Whitehorse")),
    ("America/Yellowknife", _("Yellowknife")),
    ("America/Iqaluit", _("Iqaluit")),
)


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


class ProfileForm(forms.ModelForm):
    """A person's names, language and clock."""

    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)

    class Meta:
        model = User
        fields = ["first_name", "last_name", "language", "time_zone"]
        help_texts = {
            "language": _("Of the e-mails we send you, and of the site when you sign in."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = dict(TIME_ZONES)
        zones.setdefault(self.instance.time_zone, self.instance.time_zone)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=list(zones.items()),
            help_text=_("Times on the site are shown as in this place."),
        )
        names = {"first_name": "given-name", "last_name": "family-name"}
        for name, completion in names.items():
            self.fields[name].widget.attrs["autocomplete"] = completion


class UsernameForm(forms.Form):
    """Another username, when it is free."""

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        help_text=_("You can sign in with it instead of your address. Your old one stays yours."),
        widget=forms.TextInput({"autocomplete": "username", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.initial["username"] = user.username

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if name.lower() != self.user.username.lower():
            get_adapter().clean_username(name, shallow=True)
            if User.objects.filter(username__iexact=name).exists():
                raise forms.ValidationError(_("This username is taken."), "username_taken")
        usernames.refuse_former(name, of=self.user)
        return name
