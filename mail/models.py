"""The outbox: e-mails that are owed, sent, or given up."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    def owed(self) -> "MessageQuerySet":
        """Neither sent nor given up."""
        return self.filter(sent_at=None, dead_at=None)

    def due(self) -> "MessageQuerySet":
        """To be sent now, the newest first: somebody may be looking out for it, while many at once
        and second tries can wait."""
        return self.owed().filter(due_at__lte=timezone.now()).order_by("-due_at", "-pk")

    def about(self, number: int) -> "MessageQuerySet":
        """Those about one organization, by its number."""
        return self.filter(about=str(number))

    def dead(self) -> "MessageQuerySet":
        """Given up, until staff send them again."""
        return self.exclude(dead_at=None)


class Message(models.Model):
    """One e-mail. `kind` names its templates; `key` makes asking twice the same as asking once."""

    kind = models.CharField(_("kind"), max_length=60)
    to = ArrayField(models.EmailField(), verbose_name=_("to"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    key = models.CharField(_("key"), max_length=200, unique=True)
    about = models.CharField(_("about organization"), max_length=20, blank=True)
    unsubscribe_url = models.URLField(
        _("address to unsubscribe"), max_length=500, blank=True, default="", db_default=""
    )
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["about", "-id"], name="mail_about", condition=~Q(about="")),
            models.Index(
                fields=["due_at"], name="mail_due", condition=Q(sent_at=None) & Q(dead_at=None)
            ),
            models.Index(fields=["dead_at"], name="mail_dead", condition=Q(dead_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_or_dead",
                condition=Q(sent_at=None) | Q(dead_at=None),
                violation_error_message=_("A message is sent or given up, not both."),
            )
        ]

    def __str__(self) -> str:
        return self.subject
