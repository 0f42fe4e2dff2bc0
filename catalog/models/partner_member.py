"""Who acts for a donor partner: people of its own, who are neither staff nor members."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models.partner import Partner


class PartnerMemberQuerySet(models.QuerySet["PartnerMember"]):
    def of(self, user: User) -> "PartnerMemberQuerySet":
        """Those of one person, with the partners."""
        return self.filter(user=user).select_related("partner")


class PartnerMember(models.Model):
    """A person who sees and does what concerns a partner's programs; staff add and remove them."""

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="people", verbose_name=_("donor partner")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="partners",
        verbose_name=_("person"),
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = PartnerMemberQuerySet.as_manager()

    class Meta:
        ordering = ["partner", "pk"]
        verbose_name = _("person of a donor partner")
        verbose_name_plural = _("people of donor partners")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "user"],
                name="catalog_partner_member_once",
                violation_error_message=_("This person acts for the partner already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.partner}"
