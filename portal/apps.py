"""The portal as a Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """Compile the French catalogues where they changed; a checkout holds only their source."""
        from portal import catalogues  # the settings are there now

        catalogues.compiled()
