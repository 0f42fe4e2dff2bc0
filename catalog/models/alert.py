"""Who wants to know what of the catalogue, what is new in it, and how far the telling is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models.partner import Partner
from catalog.models.product import Product


class StockAlertQuerySet(models.QuerySet["StockAlert"]):
    def open(self) -> "StockAlertQuerySet":
        """Neither answered nor stopped; perhaps not confirmed."""
        return self.filter(sent_at=None, stopped_at=None)

    def waiting(self) -> "StockAlertQuerySet":
        """Open, and asked for by whom the address belongs to."""
        return self.open().exclude(confirmed_at=None)

    def due(self) -> "StockAlertQuerySet":
        """Waiting for a product that can be had again."""
        return self.waiting().filter(product__in=Product.objects.visible().in_stock())

    def standing(self) -> "StockAlertQuerySet":
        """Waiting for whatever is new, and due when something is."""
        news = Arrival.objects.filter(pk__gt=models.OuterRef("seen"))
        of_partner = news.filter(product__program__partner=models.OuterRef("partner"))
        return self.waiting().filter(
            Q(partner=None, product=None) & models.Exists(news) | models.Exists(of_partner)
        )

    def of_reader(self, alert: "StockAlert") -> "StockAlertQuerySet":
        """All of the person, or of the address, that one alert is of."""
        return self.filter(user=alert.user_id, email=alert.email)


class StockAlert(models.Model):
    """About one product (told once), or of all that is new: of one partner, or of the catalogue.

    It is a person's, or an address's: that one waits until its reader has confirmed.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="stock_alerts",
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    seen = models.PositiveBigIntegerField(_("told up to"), default=0)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)

    objects = StockAlertQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("product alert")
        verbose_name_plural = _("product alerts")
        indexes = [
            models.Index(fields=["email"], name="catalog_alert_email", condition=~Q(email="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "partner", "user", "email"],
                condition=Q(sent_at=None, stopped_at=None),
                nulls_distinct=False,
                name="catalog_one_waiting_alert",
                violation_error_message=_("You will be told already."),
            ),
            models.CheckConstraint(
                name="catalog_alert_has_one_reader",
                condition=Q(user=None) & ~Q(email="") | Q(user__isnull=False, email=""),
                violation_error_message=_("An alert is a person’s or an address’s."),
            ),
            models.CheckConstraint(
                name="catalog_alert_has_one_topic",
                condition=Q(product=None) | Q(partner=None),
                violation_error_message=_("An alert is about a product or about a partner."),
            ),
            models.CheckConstraint(
                name="catalog_alert_told_after_yes",
                condition=Q(sent_at=None) | Q(confirmed_at__isnull=False),
                violation_error_message=_("Nobody is told who has not confirmed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} · {self.topic}"

    @property
    def address(self) -> str:
        """Where it is sent: a person's own address is read when it is sent."""
        return self.user.email if self.user else self.email

    @property
    def topic(self) -> str:
        """What it is about, in words."""
        if self.product:
            return str(self.product)
        if self.partner:
            return str(_("New products of %(partner)s") % {"partner": self.partner})
        return str(_("Everything new in the catalogue"))


class Arrival(models.Model):
    """A product that the catalogue shows for the first time; written by the nightly job alone."""

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="arrival")
    at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("new product")
        verbose_name_plural = _("new products")

    def __str__(self) -> str:
        return str(self.product)


class AlertRun(models.Model):
    """One run of the nightly job. Without an end, and long ago: it died, and the next goes on."""

    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    progressed_at = models.DateTimeField(_("last progress"), auto_now=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    due = models.PositiveIntegerField(_("to be told"), default=0)
    told = models.PositiveIntegerField(_("told"), default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("run of the product alerts")
        verbose_name_plural = _("runs of the product alerts")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


def reader(who: User | str) -> dict[str, object]:
    """The fields that say whose an alert is."""
    return {"user": None, "email": who.lower()} if isinstance(who, str) else {"user": who}
