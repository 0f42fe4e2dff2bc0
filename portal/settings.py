"""Settings: one file, from the environment, safe for production as it stands.

Every variable is described in docs/operations.md. With DEBUG off, a missing SECRET_KEY,
DATABASE_URL, REDIS_URL or FIELD_KEYS stops the start.
"""

from decimal import Decimal
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", default=False)
# In development only; the demo's data has nothing to protect.
DEVELOPMENT = {
    "SECRET_KEY": "development-only-secret-key-that-protects-nothing-at-all",
    "FIELD_KEYS": "dev:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
}


def secret(name: str) -> str:
    """From the environment, or in development a fixed value; else the start is refused."""
    return env.str(name, default=DEVELOPMENT[name]) if DEBUG else env.str(name)


SECRET_KEY = secret("SECRET_KEY")
FIELD_KEYS = secret("FIELD_KEYS")  # key ring "id:base64,…"; the first encrypts, all decrypt
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else [])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env.str("SITE_NAME", default="Relais Techno")
POSTAL_ADDRESS = env.str("POSTAL_ADDRESS", default="Montréal (Québec), Canada")
# Our registrations for taxes; without a number, that tax is not charged.
GST_NUMBER = env.str("GST_NUMBER", default="123456789 RT0001" if DEBUG else "")
QST_NUMBER = env.str("QST_NUMBER", default="1234567890 TQ0001" if DEBUG else "")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="aide@relais.example")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "orders",
    "tokens",
    "catalog",
    "orgs",
    "accounts",
    "mail",
    "audit",
    "registers",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_htmx",
    "csp",
    "pghistory",
    "pgtrigger",
    "portal.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "portal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Around all that may answer by itself, so that every answer carries the headers.
    "csp.middleware.CSPMiddleware",
    "portal.middleware.HeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.ClockMiddleware",
    "portal.middleware.ErrorsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("house",)
CRISPY_TEMPLATE_PACK = "house"

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    # A lock that is not had in 5 s, or a statement of 15 s, is an error page and not a queue.
    "OPTIONS": {"options": "-c lock_timeout=5s -c statement_timeout=15s"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "portal.cache.SteadyCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},  # seconds
    }
}

# People and how they sign in (plan: by e-mail or username; reset links live 24 hours)
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "organizations"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # mail scanners follow links
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nothing is sent to somebody who has no account
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/h/ip,5/5m/key",
    "reset_password": "10/h/ip,3/h/key",
    "signup": "20/h/ip",
    "confirm_email": "3/6h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = SITE_NAME
DEMO_PASSWORD = "demo-demo-demo"  # noqa: S105  (public; accounts.backends refuses it outside DEBUG)

CERTIFICATE_CHECKS = "20/m/ip,200/d/ip"
ALERT_REQUESTS = "20/h/ip"  # product alerts asked for without an account

# Languages, numbers, time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale/borrowed"]  # see portal/borrowed.py
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = "America/Toronto"  # the days of programs are Toronto's; people see their own zone
USE_THOUSAND_SEPARATOR = True
PHONENUMBER_DEFAULT_REGION = "CA"
CURRENCY = "CAD"
CHEQUE_PAYABLE_TO = env.str("CHEQUE_PAYABLE_TO", default=SITE_NAME)
CHEQUE_MAIL_TO = env.str("CHEQUE_MAIL_TO", default="1200, rue Exemple, Montréal (Québec) H2X 1Y4")
# In CAD; above it two people decide a refund.
REFUND_TWO_PEOPLE_ABOVE = Decimal(env.str("REFUND_TWO_PEOPLE_ABOVE", default="200"))

# Files: static ones with the site, private ones only through a view that asks who may
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "files"))
STORAGES = {
    "default": {"BACKEND": "orgs.private_files.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["woff2", "png", "map"]
ACCEL_REDIRECT = env.bool("ACCEL_REDIRECT", default=False)  # nginx sends private files
FILE_UPLOAD_PERMISSIONS = 0o644 if ACCEL_REDIRECT else 0o600  # nginx reads as another user
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes, without files
DOCUMENT_MAX_BYTES = 10 * 1024 * 1024
REQUEST_MAX_BYTES = 26 * 1024 * 1024  # several documents at once, as deploy/nginx.conf says too
DATA_UPLOAD_MAX_NUMBER_FILES = 20
CLAMD_URL = env.str("CLAMD_URL", default="")  # tcp://host:3310 or unix:///path; "": no scanner

# Mail: rows in the outbox, sent over SMTP
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds
MAIL_LEASE = env.int("MAIL_LEASE", default=120)  # seconds; after a killed worker, then again
MAILBOX_DIR = VAR_DIR / "mail"  # what the development catcher keeps
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <{SUPPORT_EMAIL}>")
SERVER_EMAIL = SUPPORT_EMAIL

# Celery only wakes: what is owed are rows with a due time (docs/adr/0004)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    # Without its broker a request does not wait; what it owes is a row already.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "mail"
CELERY_TASK_ROUTES = {
    "mail.*": {"queue": "mail"},
    "orgs.*": {"queue": "qualification"},
    "catalog.*": {"queue": "alerts"},
    "orders.tasks.fulfil*": {"queue": "fulfilment"},
    "orders.*": {"queue": "payments"},
}

# PayPal: where it is, and who we are there
PAYPAL_BASE_URL = env.str("PAYPAL_BASE_URL", default="http://127.0.0.1:9050").rstrip("/")
PAYPAL_CLIENT_ID = env.str("PAYPAL_CLIENT_ID", default="simulator")
PAYPAL_CLIENT_SECRET = env.str("PAYPAL_CLIENT_SECRET", default="simulator")
PAYPAL_WEBHOOK_ID = env.str("PAYPAL_WEBHOOK_ID", default="WH-SIMULATOR")

# Security
PAYPAL_PAGES = ["https://www.paypal.com", "https://www.sandbox.paypal.com"]
if DEBUG:
    PAYPAL_PAGES.append(PAYPAL_BASE_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *PAYPAL_PAGES],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
IS_HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes speak HTTP to the process itself
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # the return from PayPal is a top-level GET
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "paypalrestsdk": {"level": "WARNING"},  # at DEBUG it prints the client secret
        "django.server": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
