"""Attachments: the papers that come with an answer, a remark, an appeal or a renewal."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from orgs import documents
from orgs.models import Application, Document, Inquiry, Remark


@transaction.atomic
def attach(
    to: Application | Inquiry | Remark, files: Sequence[UploadedFile], *, kind: str, by: User
) -> None:
    """Keep all the files, and that they came with this; or none of them.

    The caller has locked the application, and can refuse nothing after this. Raises
    ValidationError with what is wrong with each file, by its name.
    """
    organization = (to if isinstance(to, Application) else to.application).organization
    _refuse_bad(files)
    kept: list[Document] = []
    for file in files:
        try:
            document = documents.store(organization, file=file, kind=kind, by=by, with_staff=True)
        except ValidationError:
            for other in kept:  # their rows go with the transaction
                other.file.storage.delete(str(other.file.name))
            raise
        kept.append(document)
    to.files.add(*kept)


def _refuse_bad(files: Sequence[UploadedFile]) -> None:
    """Every file is looked at before the first is written."""
    refusals = []
    for file in files:
        try:
            documents.check(file)
        except ValidationError as refusal:
            name = documents.visible_name(file.name or "")
            lines = refusal.messages
            refusals += lines if len(files) == 1 else [f"{name} – {line}" for line in lines]
    if refusals:
        raise ValidationError([ValidationError(text, "bad_file") for text in refusals])
