"""Forms of those who deliver, staff and partners: what was sent, keys, and files that come back."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orders import key_import
from orders.models import Parcel

LARGEST = 1024 * 1024  # bytes of a file


class SentForm(forms.Form):
    """How the buyer can follow what was sent."""

    note = forms.CharField(
        label=_("What was sent, and how to follow it"),
        help_text=_("The buyer reads this on the order’s page: carrier, tracking number, link."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class ParcelForm(forms.Form):
    """What left, and with whom."""

    carrier = forms.ChoiceField(label=_("Carrier"), choices=Parcel.Carrier.choices)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=40, required=False)
    quantity = forms.IntegerField(label=_("Packs in this parcel"), min_value=1)


class DecisionForm(forms.Form):
    """Why a partner says no; of a yes it may say something too."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed for a no: the buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )


class ReceiveForm(forms.Form):
    """Packs that a partner gives."""

    quantity = forms.IntegerField(label=_("Packs that you add"), min_value=1, max_value=100_000)
    reason = forms.CharField(
        label=_("Where they come from"),
        help_text=_("For the stock ledger: a donation, a delivery note, a number of yours."),
        max_length=200,
    )


class ImportForm(forms.Form):
    """Keys, one a line: pasted, or a text or CSV file whose first column holds them."""

    pasted = forms.CharField(
        label=_("Keys, links or codes, one a line"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off"}),
        required=False,
    )
    file = forms.FileField(label=_("Or a text or CSV file"), required=False)

    def clean_file(self) -> str:
        """Its text. What is not UTF-8 text is refused."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not text in UTF-8.")) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and bool(data["pasted"].strip()) == bool(data["file"].strip()):
            raise forms.ValidationError(_("Paste keys, or choose a file; one of the two."))
        return data

    @property
    def lines(self) -> list[str]:
        return key_import.lines_of(self.cleaned_data["file"] or self.cleaned_data["pasted"])


class ReturnForm(forms.Form):
    """A partner's file, as it came or pasted."""

    text = forms.CharField(
        label=_("Lines"),
        help_text=_("CSV with the columns line, carrier, tracking_number, quantity and note."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LARGEST,
        strip=False,
        required=False,
    )
    file = forms.FileField(label=_("Or a file"), required=False)

    def clean(self) -> dict[str, Any]:
        """The file's text, when there is one, in place of what was pasted."""
        data = super().clean() or {}
        if file := data.get("file"):
            try:
                data["text"] = file.read(LARGEST).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This file is not text in UTF-8."))
        if not self.errors and not (data.get("text") or "").strip():
            raise ValidationError(_("Paste the lines, or choose a file."))
        return data
