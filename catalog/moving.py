"""Moving: places in queues of an organization that is merged into another, and back."""

from django.db.models import QuerySet

from catalog import queue
from catalog.models import QueuePlace
from orgs import merging
from orgs.models import Merge


def move_rows(merge: Merge) -> None:
    """Open places keep their turn. Where both wait for a product the earlier place stays, for one
    organization has one; what was held for the other is free again."""
    there = {row.product_id: row for row in QueuePlace.objects.of(merge.kept).open()}
    for place in moving(merge).select_related("product"):
        if other := there.get(place.product_id):
            later = merge.kept if place.pk < other.pk else merge.gone
            queue.leave(later, place.product, by=merge.proposed_by)
    merging.give(merge, moving(merge))


def take_rows_back(merge: Merge) -> None:
    """Places that were moved and are still open; one that was given up stays so."""
    merging.take_back(merge, QueuePlace.objects.open())


def moving(merge: Merge) -> QuerySet[QueuePlace]:
    """What would move."""
    return QueuePlace.objects.of(merge.gone).open()
