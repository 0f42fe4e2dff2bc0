"""Many owed lines sent at once by staff: what was asked, and what became of each line."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orders.models.fulfilment import Fulfilment


class BatchQuerySet(models.QuerySet["Batch"]):
    def due(self) -> "BatchQuerySet":
        """Not done, and no worker is at it."""
        return self.filter(done_at=None, due_at__lte=timezone.now()).order_by("due_at")

    def counted(self) -> "BatchQuerySet":
        """With the `count` of its lines, and of those `sent`, `refused` and `waiting`."""
        result = BatchLine.Result
        return self.annotate(
            count=Count("lines"),
            sent=Count("lines", filter=Q(lines__result=result.DONE)),
            refused=Count("lines", filter=Q(lines__result=result.REFUSED)),
            waiting=Count("lines", filter=Q(lines__result=result.WAITING)),
        )


class Batch(models.Model):
    """What one of the staff asked for at once; a worker does its lines one by one."""

    class Deed(models.TextChoices):
        KEYS = "keys", _("Give keys now")
        SENT = "sent", _("Mark as sent")

    deed = models.CharField(_("what is done"), max_length=10, choices=Deed.choices)
    reason = models.TextField(_("reason"))  # never shown to members
    note = models.TextField(_("what was sent, and how to follow it"), blank=True)
    attempt = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    done_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("bulk delivery")
        verbose_name_plural = _("bulk deliveries")
        indexes = [
            models.Index(fields=["due_at"], name="orders_batch_due", condition=Q(done_at=None))
        ]
        constraints = [
            models.CheckConstraint(name="orders_batch_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="orders_batch_sent_has_a_note", condition=~Q(deed="sent") | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_deed_display()} ({self.pk})"


class BatchLine(models.Model):
    """One line of a batch, and what became of it."""

    class Result(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Sent")
        REFUSED = "refused", _("Not sent")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines")
    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(
        _("result"), max_length=10, choices=Result.choices, default=Result.WAITING
    )
    why = models.TextField(_("why not"), blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        indexes = [
            models.Index(
                fields=["batch", "tries", "id"],
                name="orders_batch_waits",
                condition=Q(result="waiting"),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "fulfilment"], name="orders_once_in_a_batch"),
            models.CheckConstraint(
                name="orders_refused_says_why",
                condition=Q(result="refused") & ~Q(why="") | ~Q(result="refused") & Q(why=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.fulfilment)
