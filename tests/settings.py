"""Settings of the tests: production's, but for a handful of lines."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-tests-only-secret-key-tests-only")
os.environ.setdefault("FIELD_KEYS", "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
os.environ.setdefault("DATABASE_URL", "postgres://localhost/not-started")  # mypy, lint
os.environ.setdefault("REDIS_URL", "redis://localhost/0")

from portal.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, and only here
STORAGES = {
    "default": {"BACKEND": "orgs.private_files.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Each process its own cache: one that is emptied does not lift another's limits.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
CACHES["default"]["LOCATION"] = f"{REDIS_URL.rpartition('/')[0]}/{2 + WORKER}"  # noqa: F405
MEDIA_ROOT = str(VAR_DIR / "test-files")  # noqa: F405
