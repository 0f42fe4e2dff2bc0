"""The e-mails about the catalogue."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from catalog.models import StockAlert
from mail import outbox


def back_in_stock(alert: StockAlert) -> None:
    """To the person who asked: the product can be had again."""
    from catalog.alerts import stop_link_token  # alerts send this e-mail

    language = alert.user.language
    with translation.override(language):
        url = settings.SITE_URL + reverse("catalog:product", args=[alert.product.slug])
        stop = settings.SITE_URL + reverse("catalog:stop_alerts", args=[stop_link_token(alert)])
    outbox.queue(
        "catalog/back_in_stock",
        to=[alert.user.email],
        language=language,
        key=f"alert:{alert.pk}",
        context={"product": alert.product, "url": url, "stop_url": stop},
    )
