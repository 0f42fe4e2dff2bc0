"""People."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person, who signs in by e-mail or by username."""

    email = models.EmailField(_("e-mail address"))
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="fr"
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="America/Toronto")

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_one_per_email",
                violation_error_message=_("There is already an account with this address."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_one_per_username",
                violation_error_message=_("This username is taken."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class FormerUsername(models.Model):
    """A username that somebody had: it stays reserved, so that nobody passes for that person."""

    name = models.CharField(_("former username"), max_length=150)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="former_usernames")
    until = models.DateTimeField(_("until"), auto_now_add=True)

    class Meta:
        verbose_name = _("former username")
        verbose_name_plural = _("former usernames")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="accounts_one_per_former_username")
        ]

    def __str__(self) -> str:
        return self.name
