"""Papers of an organization."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.contents import visible_name
from orgs.models import Document

# A branch letter is signed here, and never uploaded; a delivery address is proven at check-out.
ELSEWHERE = (Document.Kind.BRANCH_LETTER, Document.Kind.DELIVERY)
UPLOADED = [c for c in Document.Kind.choices if c[0] not in ELSEWHERE]
ACCEPT = {"accept": ".pdf,.jpg,.jpeg,.png"}


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several, as a list; what is in them is looked at when they are stored."""

    widget = FilesInput(attrs=dict(ACCEPT))

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], "required")
        return list(files)


class DocumentForm(forms.Form):
    """Documents of one kind."""

    kind = forms.ChoiceField(label=_("What it is"))
    file = FilesField(
        label=_("Files"),
        help_text=_("PDF, JPEG or PNG, up to 10 MB each. You can choose several at once."),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kind"]).choices = kinds


class LabelForm(forms.Form):
    """What a document is called, and what it is."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        error_messages={"required": _("Give the document a name.")},
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=UPLOADED)

    def clean_name(self) -> str:
        return visible_name(self.cleaned_data["name"])
