"""What is said between a member and our staff, a message at a time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ThreadMessage(models.Model):
    """A message of a thread; what it is about is a key of the model that says so."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_staffs = models.BooleanField(_("from our staff"))
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("date and time"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]
