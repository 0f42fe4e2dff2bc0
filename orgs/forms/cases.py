"""What a member writes to our staff."""

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.forms.changes import ReplyForm
from orgs.models import Case


class CaseForm(ReplyForm):
    """A new conversation."""

    topic = forms.ChoiceField(
        label=_("What it is about"), choices=Case.Topic.choices, widget=forms.RadioSelect
    )
    subject = forms.CharField(label=_("Subject"), max_length=150)

    field_order = ("topic", "subject", "text", "papers")
