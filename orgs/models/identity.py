"""By what organizations are recognized: a row for each name, number, place and site."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.models.organization import Organization


class IdentityKey(models.Model):
    """One thing to find an organization by: as it is on file, and in the spelling that is compared.

    Written by `orgs.identity` only; `check_invariants` compares `source` with the organizations.
    """

    class Kind(models.TextChoices):
        BN = "bn", _("Business number")
        NEQ = "neq", _("Québec enterprise number (NEQ)")
        CORPORATION_NUMBER = "corporation_number", _("Federal corporation number")
        NAME = "name", _("Legal name")
        FORMER_NAME = "former_name", _("Former name")
        CITY = "city", _("City")
        POSTAL_CODE = "postal_code", _("Postal code")
        WEBSITE = "website", _("Website")
        EMAIL = "email", _("E-mail address for licences")
        PHONE = "phone", _("Telephone")

    NUMBERS: ClassVar = (Kind.BN, Kind.NEQ, Kind.CORPORATION_NUMBER)
    NAMES: ClassVar = (Kind.NAME, Kind.FORMER_NAME)
    SITES: ClassVar = (Kind.WEBSITE, Kind.EMAIL)

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="identity_keys"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    source = models.CharField(_("on file"), max_length=254)
    value = models.CharField(_("compared"), max_length=254)
    place = models.CharField(_("city of a name"), max_length=100, blank=True)
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("identity key")
        verbose_name_plural = _("identity keys")
        indexes = [
            models.Index(fields=["value", "kind"], name="orgs_key_value"),
            GinIndex(
                "place",
                OpClass("value", name="gin_trgm_ops"),
                name="orgs_key_like",
                condition=Q(kind__in=["name", "former_name"]),
            ),
            models.Index(fields=["written_at"], name="orgs_key_written"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "source"], name="orgs_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
