"""The map of the site."""

from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from mail import mailbox
from orders.views import webhook
from portal import errors, probes, styleguide, theme, trailviews, views
from tokens.api import api

urlpatterns: list[Any] = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("healthz", probes.alive, name="alive"),
    path("readyz", probes.ready, name="ready"),
    path(".well-known/security.txt", probes.security_txt, name="security_txt"),
    path("robots.txt", probes.robots_txt, name="robots_txt"),
    path("mailbox/", mailbox.inbox, name="mailbox"),
    path("mailbox/<slug:name>/", mailbox.letter, name="mailbox_letter"),
    path("mailbox/<slug:name>/html", mailbox.html, name="mailbox_html"),
    path("webhooks/paypal/", webhook.paypal, name="paypal_webhook"),
    path("theme/", theme.choose, name="theme"),
]
urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("o/<int:org>/", views.dashboard, name="dashboard"),
    path("o/<int:org>/messages/", trailviews.messages, name="messages"),
    path("o/<int:org>/messages/<int:pk>/", trailviews.message, name="message"),
    path("o/<int:org>/security/", trailviews.security, name="security_log"),
    path("o/", views.organizations, name="organizations"),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("", include("orgs.urls")),
    path("", include("catalog.urls")),
    path("", include("orders.urls")),
    path("", include("orders.desk_urls")),
    path("", include("tokens.urls")),
)
if settings.DEBUG:
    urlpatterns += i18n_patterns(path("styleguide/", styleguide.page, name="styleguide"))

handler500 = errors.broken
