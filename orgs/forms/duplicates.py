"""What people write when their organization may be registered already."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.models import Claim, Organization


class AnotherForm(forms.Form):
    """Why it is another organization than the one on file; staff read it."""

    words = forms.CharField(
        label=_("What sets your organization apart?"),
        help_text=_(
            "For example: another city, another number, or a branch with a board of its own."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ClaimForm(forms.ModelForm):
    """The six facts by which staff find out whose organization it is, and who asks."""

    agrees = forms.BooleanField(
        label=_(
            "The administrators of the account may read my name, my e-mail address and this form"
        ),
        help_text=_("They are told at once that somebody asks, and may object."),
    )

    class Meta:
        model = Claim
        fields = (
            "names",
            "former_names",
            "address",
            "former_addresses",
            "numbers",
            "email",
            "words",
        )
        labels: ClassVar = {
            "names": _("Names of the organization today"),
            "former_names": _("Names of the past"),
            "address": _("Address today"),
            "former_addresses": _("Addresses of the past"),
            "numbers": _("Numbers"),
            "email": _("Shared e-mail address of the organization"),
            "words": _("What do you do there, and how can we check it?"),
        }
        help_texts: ClassVar = {
            "names": _("The legal name, and the one people know, one on each line."),
            "former_names": _("The account may bear one of them."),
            "former_addresses": _("For example before a move."),
            "numbers": _("Business number, NEQ, federal corporation number: those you have."),
            "email": _("Such as info@…, which several of you read."),
            "words": _(
                "For example: treasurer since 2023, named in the minutes of the last general "
                "meeting."
            ),
        }
        widgets: ClassVar = {
            "names": forms.Textarea(attrs={"rows": 2}),
            "former_names": forms.Textarea(attrs={"rows": 2}),
            "address": forms.Textarea(attrs={"rows": 2}),
            "former_addresses": forms.Textarea(attrs={"rows": 2}),
            "numbers": forms.Textarea(attrs={"rows": 2}),
            "words": forms.Textarea(attrs={"rows": 3}),
        }


def facts_of(draft: Organization, typed: dict[str, str]) -> dict[str, Any]:
    """What the claim form begins with: what was typed already."""
    place = f"{draft.city} {draft.province} {draft.postal_code}".strip()
    numbers = [draft.bn, draft.neq, draft.corporation_number, *typed.values()]
    return {
        "names": draft.legal_name,
        "former_names": "\n".join(draft.former_names),
        "address": "\n".join(line for line in (draft.street, place) if line),
        "numbers": "\n".join(dict.fromkeys(number for number in numbers if number)),
        "email": draft.email,
    }


class VoiceForm(forms.Form):
    """What an administrator says when somebody asks for access to their organization."""

    is_objection = forms.TypedChoiceField(
        label=_("Do you know this person?"),
        choices=[
            ("no", _("Yes, and they act for us")),
            ("yes", _("No, or they should not have access")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What should our staff know?"),
        help_text=_("Needed when you object. The person who asks does not read it."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_objection") and not data.get("words", "").strip():
            self.add_error("words", _("Say why you object: our staff weigh it."))
        return data
