"""The portal as a Django app."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Compile the French catalogues where they changed; a checkout holds only their source."""
        from portal import borrowed, catalogues  # the settings are there now

        catalogues.compiled()
        borrowed.compiled()


class StaffConfig(AdminConfig):
    """Django's admin, with the portal's own door."""

    default_site = "portal.staff.StaffSite"
