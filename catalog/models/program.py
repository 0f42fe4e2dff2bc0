"""Programs: what a partner offers, on which terms, to whom, and since when."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.languages import Bilingual
from catalog.models.partner import Partner


@pghistory.track()
class Program(models.Model):
    """An offer of a partner. `limits` is in the catalogue file's form: see catalog/terms.py."""

    class Kind(models.TextChoices):
        DONATION = "donation", _("Donated product")
        ACCESS = "access", _("Access to discounted rates")
        HARDWARE = "hardware", _("Hardware")
        VALIDATION = "validation", _("Confirmation of status")

    class Approval(models.TextChoices):
        NONE = "none", _("None")
        PARTNER = "partner", _("By the partner, before anything is paid")

    class Refund(models.TextChoices):
        NONE = "none", _("Never")
        UNINSTALLED = "uninstalled", _("When nothing was installed")
        HARDWARE = "hardware", _("When it is sent back")

    class Renewal(models.TextChoices):
        NONE = "none", _("Nothing to renew")
        REORDER = "reorder", _("Order again")
        PORTAL = "portal", _("Renewed here")
        PARTNER = "partner", _("Renewed at the partner")
        YEARLY_FEE = "yearly_fee", _("Access fee here every year, then the partner")

    class Delivery(models.TextChoices):
        KEY = "key", _("Licence key")
        LINK = "link", _("Link")
        CODE = "code", _("Code")
        SHIPMENT = "shipment", _("Shipment")
        CERTIFICATE = "certificate", _("Certificate")

    class Unit(models.TextChoices):
        BUSINESS_DAYS = "business_days", _("business days")
        WEEKS = "weeks", _("weeks")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="programs")
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_fr = models.CharField(_("name in French"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    limits = models.JSONField(_("limits"), default=list, blank=True)
    alone_in_cart = models.BooleanField(_("alone in the cart"), default=False)
    approval = models.CharField(
        _("approval"), max_length=20, choices=Approval.choices, default=Approval.NONE
    )
    attestations = ArrayField(
        models.CharField(max_length=40), verbose_name=_("attestations"), default=list, blank=True
    )
    refund = models.CharField(
        _("refund"), max_length=20, choices=Refund.choices, default=Refund.NONE
    )
    refund_days = models.PositiveIntegerField(_("days to ask a refund"), null=True, blank=True)
    refund_whole_program = models.BooleanField(_("refunded as a whole"), default=False)
    renewal = models.CharField(
        _("renewal"), max_length=20, choices=Renewal.choices, default=Renewal.NONE
    )
    delivery = models.CharField(_("delivery"), max_length=20, choices=Delivery.choices)
    delivery_unit = models.CharField(
        _("unit of the delivery time"), max_length=20, choices=Unit.choices
    )
    delivery_from = models.PositiveIntegerField(_("delivery time, at least"))
    delivery_to = models.PositiveIntegerField(_("delivery time, at most"))
    milestones = models.JSONField(_("milestones after delivery"), default=list, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    name = Bilingual()

    class Meta:
        ordering = ["position", "slug"]
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.CheckConstraint(
                name="catalog_delivery_from_to",
                condition=Q(delivery_from__lte=F("delivery_to")),
                violation_error_message=_("The delivery time ends before it begins."),
            ),
            models.CheckConstraint(
                name="catalog_no_refund_no_days",
                condition=~Q(refund="none") | Q(refund_days=None),
                violation_error_message=_("A program without refunds has no refund days."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProgramQuestion(models.Model):
    """What a program asks at checkout. `choices` is [{value, label: {fr, en}}]."""

    class Type(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        YESNO = "yesno", _("Yes or no")

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(_("key"), max_length=40)
    position = models.PositiveIntegerField(_("position"))
    label_fr = models.TextField(_("question in French"))
    label_en = models.TextField(_("question in English"))
    type = models.CharField(_("type"), max_length=10, choices=Type.choices)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    required = models.BooleanField(_("required"), default=True)
    refuse_if = models.JSONField(_("answer that refuses the order"), null=True, blank=True)

    label = Bilingual()

    class Meta:
        ordering = ["position"]
        verbose_name = _("program question")
        verbose_name_plural = _("program questions")
        constraints = [
            models.UniqueConstraint(fields=["program", "key"], name="catalog_question_key")
        ]

    def __str__(self) -> str:
        return self.label
