"""The portal: where the site is put together."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
