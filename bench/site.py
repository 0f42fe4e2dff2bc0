"""The site, and beside it the floor: a bare view with one query and no middleware."""

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test.utils import override_settings
from django.urls import path

site = get_wsgi_application()

from catalog.models import Product  # once the apps are there

PAGE = engines["django"].from_string(
    """<!DOCTYPE html><html lang="en"><head><title>Products</title></head><body><ul>
    {% for product in products %}
      <li>
        <h2><a href="/catalog/{{ product.slug }}/">{{ product.name_en }}</a></h2>
        <p>{{ product.summary_en }} {{ product.fee }} {{ product.sku }}</p>
        <p>From a donor partner, for organizations that are qualified, while there is some left.
        Each organization has a quota; ask us when anything is in doubt.</p>
      </li>
    {% endfor %}</ul></body></html>"""
)


def bare(request: HttpRequest) -> HttpResponse:
    """24 rows in one query, one template, 8 kB."""
    products = Product.objects.order_by("pk")[:24]
    return HttpResponse(PAGE.render({"products": products}))


class BareRequest(WSGIRequest):
    urlconf = "bench.site"


class Floor(WSGIHandler):
    request_class = BareRequest


urlpatterns = [path("bare/", bare)]
with override_settings(MIDDLEWARE=[]):
    floor = Floor()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    return (floor if environ["PATH_INFO"] == "/bare/" else site)(environ, start_response)
