"""The portal as a Django app."""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Compile the French catalogues where they changed; a checkout holds only their source."""
        from portal import borrowed, catalogues  # the settings are there now

        catalogues.compiled()
        borrowed.compiled()
        name_references()


def name_references() -> None:
    """Call a reference without a name of its own what it leads to, in the reader's language."""
    for model in apps.get_models():
        for field in model._meta.fields:
            target: Any = field.related_model
            name = target._meta.model_name if field.is_relation else None
            if field.verbose_name == field.name == name:
                field.verbose_name = target._meta.verbose_name


class StaffConfig(AdminConfig):
    """Django's admin, with the portal's own door."""

    default_site = "portal.staff.StaffSite"
