"""Attachments: the papers that come with an answer, a remark, an appeal or a renewal."""

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from orgs import documents
from orgs.contents import Contents
from orgs.models import Application, Document, Inquiry, Remark


@transaction.atomic
def attach(
    to: Application | Inquiry | Remark, files: Sequence[Contents], *, kind: str, by: User
) -> None:
    """Keep all the files, and that they came with this; or none of them.

    The caller has locked the application, and can refuse nothing after this. Raises
    ValidationError when there are too many.
    """
    organization = (to if isinstance(to, Application) else to.application).organization
    known = set(Document.objects.of(organization).values_list("pk", flat=True))
    kept: list[Document] = []
    for contents in files:
        try:
            document = documents.store(
                organization, file=contents, kind=kind, by=by, with_staff=True
            )
        except BaseException:  # the rows of the others go with the transaction
            documents.discard(other for other in kept if other.pk not in known)
            raise
        kept.append(document)
    to.files.add(*kept)
