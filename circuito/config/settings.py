"""Django's settings. What an installation may change comes from `environment.py`."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from circuito.config.database import connection_settings
from circuito.config.environment import read_environment
from circuito.config.secret import secret_key
from circuito.config.storage import storage_settings

ENVIRONMENT = read_environment()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = secret_key(ENVIRONMENT.data)
#: Signs the addresses that clients answer to (`rules/reply_address.py`).
REPLY_KEY = hashlib.sha256(b"reply addresses\0" + SECRET_KEY.encode()).digest()
DEBUG = ENVIRONMENT.debug
BASE_URL = ENVIRONMENT.base_url
SUPPORT_ADDRESS = ENVIRONMENT.support_address
AUTHSERV_IDS = ENVIRONMENT.authserv_ids
CA_FILE = ENVIRONMENT.ca_file
CANARY_MINUTES = ENVIRONMENT.canary_minutes
DATA = ENVIRONMENT.data
SMTP_URL = ENVIRONMENT.smtp_url
NOTICE_CEILINGS = ENVIRONMENT.outgoing.notice_ceilings
ANSWER_CEILINGS = ENVIRONMENT.outgoing.answer_ceilings
REPLY_ADDRESSES = ENVIRONMENT.outgoing.reply_addresses
DKIM = ENVIRONMENT.outgoing.dkim
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
_SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
    "ninja",
    "circuito.people",
    "circuito.knobs",
    "circuito.contracts",
    "circuito.tickets",
    "circuito.notices",
    "circuito.intake",
    "circuito.api",
    "circuito.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "circuito.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "circuito.web.middleware.reader",
    "circuito.web.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "circuito.web.middleware.Refusals",
]

ROOT_URLCONF = "circuito.config.urls"
WSGI_APPLICATION = "circuito.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web" / "templates", PACKAGE / "notices" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "circuito.config.jinja.environment"},
    },
    # django-ninja's documentation page is written in Django's own template language.
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},
]

DATABASES = {"default": connection_settings(ENVIRONMENT.database_url, ENVIRONMENT.data)}
STORAGES = {
    "files": storage_settings(ENVIRONMENT.storage_url, ENVIRONMENT.data),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
#: What the views of django-anymail read: without a secret there are no hooks at all.
ANYMAIL = {**ENVIRONMENT.anymail, "WEBHOOK_SECRET": ENVIRONMENT.webhook_secret}
SMTP_CERTIFICATE, SMTP_KEY = ENVIRONMENT.smtp_certificate, ENVIRONMENT.smtp_key
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["circuito.people.backend.NameOrMailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "circuito_session"
CSRF_COOKIE_NAME = "circuito_csrf"
CSRF_FAILURE_VIEW = "circuito.web.views.errors.csrf_failure"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
FORM_RENDERER = "django.forms.renderers.Jinja2"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English"), ("pt", "Português")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024
MAX_ATTACHMENTS_PER_FORM = 20
MAX_PENDING_UPLOADS = 100
MAX_NOTICE_FILE_BYTES = 10 * 1024 * 1024
MAX_MAIL_BYTES = 35 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
DATA_UPLOAD_MAX_NUMBER_FILES = 40

PROCRASTINATE_IMPORT_PATHS = ["circuito.periodic"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"circuito": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
