"""Batches: many owed lines sent at once, line by line, taken up again where a worker stopped."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from audit.moves import IllegalMove
from orders import fulfilment
from orders.models import Batch, BatchLine

MOST: Final = 5000  # lines of a batch
AT_ONCE: Final = 100  # lines in one go of the task
LEASE: Final = timedelta(minutes=2)  # another worker looks again after this
TRIES: Final = 5  # of a line that fails by a fault of ours
Deed, Result = Batch.Deed, BatchLine.Result


@transaction.atomic
def start(
    rows: Collection[int], *, deed: str, by: User, reason: str, note: str = "", attempt: UUID
) -> Batch:
    """Write down that these fulfilments are to be sent; a worker begins at once.

    The same attempt again is the same batch. Raises ValidationError for no lines or too many,
    without a reason, and when nothing says to the buyers what was sent.
    """
    against = []
    if not reason.strip():
        against.append(ValidationError(_("Write the reason: other staff read it."), "no_reason"))
    if deed == Deed.SENT and not note.strip():
        text = _("Write what was sent: the buyers read it.")
        against.append(ValidationError(text, "no_note"))
    if not 0 < len(rows) <= MOST:
        text = _("Choose from 1 to %(most)s lines.")
        against.append(ValidationError(text, "how_many", {"most": MOST}))
    if against:
        raise ValidationError(against)
    words = {"reason": reason.strip(), "note": note.strip() if deed == Deed.SENT else ""}
    asked = {"deed": deed, "asked_by": by, **words}
    batch, is_new = Batch.objects.get_or_create(attempt=attempt, defaults=asked)
    if is_new:
        lines = [BatchLine(batch=batch, fulfilment_id=pk) for pk in sorted(set(rows))]
        BatchLine.objects.bulk_create(lines, batch_size=1000)
        record(batch, "batch.asked", by=by, note=batch.reason, deed=deed, lines=len(lines))
        transaction.on_commit(lambda: wake(batch.pk), robust=True)
    return batch


def wake(pk: int) -> None:
    """Tell a worker at once; when the broker is down the sweep finds the batch anyway."""
    from orders.tasks import send_batch  # tasks import this module

    send_batch.apply_async((pk,), retry=False)


def sweep() -> int:
    """Do what is due, here and now, without a broker; how many batches were due."""
    due = list(Batch.objects.due().values_list("pk", flat=True))
    for pk in due:
        while run(pk):
            pass
    return len(due)


def run(pk: int) -> bool:
    """Do the next lines of a batch; whether there are more. Run twice, a line is sent once.

    Claiming puts off the due time, so a worker that dies leaves a batch that comes due again:
    what it did is done, and the line it was at is as it was before. A line that fails by a fault
    of ours raises, and is tried again after the others.
    """
    if not Batch.objects.due().filter(pk=pk).order_by().update(due_at=timezone.now() + LEASE):
        return False
    waiting = BatchLine.objects.filter(batch=pk, result=Result.WAITING)
    for line in waiting.order_by("tries", "pk").values_list("pk", flat=True)[:AT_ONCE]:
        BatchLine.objects.filter(pk=line).update(tries=F("tries") + 1)
        _send(line)
    is_more, now = waiting.exists(), timezone.now()
    change = {"due_at": now} if is_more else {"done_at": now}
    Batch.objects.filter(pk=pk, done_at=None).update(**change)
    return is_more


@transaction.atomic
def _send(pk: int) -> None:
    """Send one line, and write down that it is sent or why not, together; not what another does."""
    waiting = BatchLine.objects.filter(pk=pk, result=Result.WAITING)
    chosen = waiting.select_for_update(of=("self",), skip_locked=True)
    line = chosen.select_related("batch__asked_by", "fulfilment").first()
    if line is None:
        return
    with translation.override(line.batch.asked_by.language):
        line.why = _refusal(line)
    line.result = Result.REFUSED if line.why else Result.DONE
    line.save(update_fields=["result", "why"])


def _refusal(line: BatchLine) -> str:
    """Send it; why not, in the words of who asked, or nothing when it is sent."""
    batch, pk, by = line.batch, line.fulfilment_id, line.batch.asked_by
    if line.tries > TRIES:
        return gettext("Sending it failed several times, by a fault of the portal.")
    try:
        with transaction.atomic():
            if batch.deed == Deed.SENT:
                fulfilment.send_by_hand(pk, by=by, note=batch.note)
            else:
                fulfilment.give_now(pk, by=by)
            record(line.fulfilment, "fulfilment.in_batch", by=by, note=batch.reason, batch=batch.pk)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    except IllegalMove:
        return gettext("This line is sent or cancelled already.")
    return ""
