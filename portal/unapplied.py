"""Migrations that the code has and the database has not, found in two queries.

Django's own answer loads every migration, which takes seconds; this one compares names.
"""

import pkgutil
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def unapplied() -> set[tuple[str, str]]:
    """(app, migration) pairs that wait."""
    known = {
        (config.label, module.name)
        for config in apps.get_app_configs()
        for module in pkgutil.iter_modules([str(Path(config.path) / "migrations")])
    }
    return known - MigrationRecorder(connection).applied_migrations().keys()
