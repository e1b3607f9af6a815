"""Every setting, read from the environment; in production it refuses to start without its secrets."""

from __future__ import annotations

import os
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from marketplace import datadir

BASE_DIR = Path(__file__).resolve().parent.parent


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_int(name: str, default: int) -> int:
    value = env_str(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def env_decimal(name: str, default: str) -> Decimal:
    value = env_str(name) or default
    try:
        return Decimal(value)
    except ArithmeticError:
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}") from None


def env_bool(name: str, *, default: bool) -> bool:
    value = env_str(name).lower()
    if value not in {"", "0", "1", "false", "true", "no", "yes"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")
    return value in {"1", "true", "yes"} if value else default


def env_list(name: str) -> list[str]:
    return [item.strip() for item in env_str(name).split(",") if item.strip()]


def env_origin(name: str) -> str:
    """``https://host[:port]`` from the environment, without a slash at its end; empty where none is named."""
    value = env_str(name).rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or value != f"{parts.scheme}://{parts.netloc}"):
        raise ImproperlyConfigured(f"{name} must be like https://touchstone.example, not {value!r}")
    return value


def env_secret(name: str, *, embedded: str) -> str:
    """A secret from the environment; outside production an obvious stand-in will do."""
    value = env_str(name)
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production")
    return value or embedded


def database(url: str) -> dict[str, Any]:
    """Django's database settings for ``sqlite:///path`` or ``postgres://user:password@host:port/name``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or ":memory:",
            # Opening the file again for every request and every save is a third of what a save costs.
            "CONN_MAX_AGE": 60,
            # WAL lets readers go on while the one writer writes; IMMEDIATE makes writers queue
            # instead of failing half-way with "database is locked".
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:// or postgres://")


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings for ``smtp://user:password@host:port`` or ``smtps://…``; empty: letters are files.

    smtp:// speaks TLS once connected (STARTTLS), unless it ends in ``?tls=0``. Ports are 587 and 465 unless named.
    """
    if not url:
        return {"EMAIL_BACKEND": "marketplace.accounts.letter_files.LetterFiles"}
    parts = urlsplit(url)
    try:
        port = parts.port or {"smtp": 587, "smtps": 465}.get(parts.scheme)
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL has a port that is no number from 0 to 65535") from None
    if not port or not parts.hostname or parts.path.strip("/") or parts.query not in {"", "tls=0", "tls=1"}:
        # The value is not repeated: it holds a password.
        raise ImproperlyConfigured("EMAIL_URL must be like smtp://user:password@host:587 or smtps://…@host:465")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.query != "tls=0",
    }


def best_known_site() -> str:
    """Where the addresses in letters lead when SITE_URL says nothing; empty: nowhere."""
    if PRODUCTION:
        named = [host for host in ALLOWED_HOSTS if host[:1] not in {"", "*", "."}]
        return f"https://{named[0]}" if named else ""
    return _running.get("SITE_URL") or "http://localhost:8000"


def inside_address(url: str) -> list[str]:
    """``host:port`` of a URL on this computer or in a private network; nothing for any other."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return []
    # Link-local is private, too, and where clouds keep their secrets.
    if not address.is_private or address.is_link_local or address.is_unspecified:
        return []
    return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]


# -- the stack -----------------------------------------------------------------------------------
PRODUCTION = env_bool("PRODUCTION", default=False)
DEBUG = env_bool("DEBUG", default=False) and not PRODUCTION
DATA_DIR = Path(env_str("DATA_DIR") or BASE_DIR / "var")
# Outside production the data directory has a secret of its own, and knows where its running stack listens.
SECRET_KEY = env_secret("SECRET_KEY", embedded="" if PRODUCTION else datadir.secret(DATA_DIR))
_running = {} if PRODUCTION else datadir.addresses(DATA_DIR)
# Newest first: the first key encrypts, all of them decrypt.
CREDENTIAL_KEYS = env_list("CREDENTIAL_KEYS")
if PRODUCTION and not CREDENTIAL_KEYS:
    raise ImproperlyConfigured("CREDENTIAL_KEYS must be set in production")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# Where the site is for the world (https://host), for addresses that leave it; empty: as the request names it.
SITE_URL = env_origin("SITE_URL")
# The same for letters, which need one always.
LETTERS_SITE = SITE_URL or best_known_site()
# Whom to write to; shown on the pages about privacy, terms and accessibility, and in security.txt.
CONTACT_EMAIL = env_str("CONTACT_EMAIL")
DATABASES = {"default": database(env_str("DATABASE_URL") or f"sqlite:///{DATA_DIR}/touchstone.sqlite3")}
REDIS_URL = env_str("REDIS_URL") or _running.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
REDIS_PREFIX = env_str("REDIS_PREFIX") or "touchstone:"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
WSGI_APPLICATION = "marketplace.wsgi.application"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "marketplace.accounts.desk_app.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "marketplace",
    "marketplace.accounts",
    "marketplace.billing",
    "catalog",
    "sandbox",
    "marketplace.account_pages",
    "marketplace.portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "catalog.pagecache.PageCacheMiddleware",
    "marketplace.static_files.serve_static",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "marketplace.origins.OriginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
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
                "catalog.context.site",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["marketplace.accounts.backend.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- people who sign in ---------------------------------------------------------------------------
LOGIN_REDIRECT_URL = "account_pages:overview"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "marketplace.account_pages.adapter.Adapter"
# A username is what an operator without an address has, from createsuperuser; everybody else has an address.
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "marketplace.account_pages.adapter.SecondFactorAdapter"
# Who has a second factor may change their address, too: the new one counts once it is confirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Touchstone"
# Operators sign in with a second factor; without one they are sent to set it up.
STAFF_NEED_SECOND_FACTOR = env_bool("STAFF_NEED_SECOND_FACTOR", default=PRODUCTION)
# Another site's sign-in appears once its client's id and secret are both there.
SOCIAL_SITES = {"github": "https://github.com", "gitlab": "https://gitlab.com"}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
for _site in SOCIAL_SITES:
    _client_id, _client_secret = (env_str(f"{_site.upper()}_CLIENT_{part}") for part in ("ID", "SECRET"))
    if bool(_client_id) != bool(_client_secret):
        raise ImproperlyConfigured(f"{_site.upper()}_CLIENT_ID and {_site.upper()}_CLIENT_SECRET go together")
    if _client_id:
        SOCIALACCOUNT_PROVIDERS[_site] = {
            "APP": {"client_id": _client_id, "secret": _client_secret, "key": ""},
            "OAUTH_PKCE_ENABLED": True,
        }
if SOCIALACCOUNT_PROVIDERS:
    INSTALLED_APPS += [
        "allauth.socialaccount",
        *(f"allauth.socialaccount.providers.{s}" for s in SOCIALACCOUNT_PROVIDERS),
    ]
    SOCIALACCOUNT_ADAPTER = "marketplace.account_pages.social.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False

# -- counting attempts ----------------------------------------------------------------------------
# Every process sees the same counts; while Redis is away each keeps its own.
CACHES = {
    "default": {
        "BACKEND": "marketplace.accounts.counts.Counts",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
        "OPTIONS": {
            "serializer": "marketplace.accounts.counts.Plain",
            "socket_timeout": 2,
            "socket_connect_timeout": 1,
        },
    }
}

# -- letters --------------------------------------------------------------------------------------
# smtp://user:password@host:port (smtps:// for TLS from the start); empty: a file for each letter, below DATA_DIR.
EMAIL_URL = env_str("EMAIL_URL")
DEFAULT_FROM_EMAIL = env_str("MAIL_FROM") or "Touchstone <touchstone@localhost>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
globals().update(mail(EMAIL_URL))
LETTERS_FOLDER = DATA_DIR / "mail"

# -- language and time ---------------------------------------------------------------------------
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- static files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS: list[Path] = []
SERVESTATIC_USE_FINDERS = not PRODUCTION
SERVESTATIC_AUTOREFRESH = False

# -- pages for guests ----------------------------------------------------------------------------
# How long a guest's page may serve other guests (0 never), and how many of them a process keeps (some 10 kB each).
PAGE_CACHE_S = env_int("PAGE_CACHE_S", 60)
PAGE_CACHE_PAGES = env_int("PAGE_CACHE_PAGES", 2_000)

# -- safety of pages -----------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Browsers hold a form to this wherever it is sent on to.
        "form-action": [SELF, *(SOCIAL_SITES[site] for site in SOCIALACCOUNT_PROVIDERS)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
# Django looks for its own check by name; ours is a subclass of it (marketplace.origins).
SILENCED_SYSTEM_CHECKS = ["security.W003"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# One prompt may hold 20,000 characters and a request some dozens of prompts.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_500_000
FILE_UPLOAD_HANDLERS = [
    "sandbox.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# How many proxies of ours stand in front: that many entries of X-Forwarded-For, from the right,
# are believed. 0 believes none.
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0)

# -- the queue -----------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env_int("WORKER_THREADS", 32)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": REDIS_PREFIX,
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
# The database is the queue of record: a bell that cannot be rung is rung again by the reaper,
# so a visitor's request never waits for a broker that is away.
CELERY_TASK_PUBLISH_RETRY = False

# -- the API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["marketplace.parsers.Parser"],
    # The first one's challenge goes with every 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "marketplace.accounts.bearer.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["marketplace.accounts.bearer.WithinScopes"],
    "DEFAULT_SCHEMA_CLASS": "marketplace.description.Description",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "marketplace.problems.explain",
    # ?format=csv is a report's own parameter, not the framework's.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Touchstone API",
    "DESCRIPTION": "Browse AI APIs, try many of them at once, and read what was found.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "marketplace.description.add_common_answers",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Listing": "catalog.models.Listing",
        "PublicListing": ["listed", "suspended", "retired"],
        "PartState": ["ok", "fault", "unknown"],
        "RunState": "sandbox.models.RunState",
        "SubmissionState": "catalog.models.SubmissionState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# -- talking to providers ------------------------------------------------------------------------
# The one exception to "https to public addresses only": exact host:port pairs on this computer.
LOCAL_ADDRESSES = env_list("LOCAL_ADDRESSES")
if PRODUCTION and LOCAL_ADDRESSES:
    raise ImproperlyConfigured("LOCAL_ADDRESSES must be empty in production")
# Where the simulated providers listen (http://127.0.0.1:port); empty means they are not running.
SIMULATORS_URL = env_str("SIMULATORS_URL") or _running.get("SIMULATORS_URL", "")
if SIMULATORS_URL:
    LOCAL_ADDRESSES = [*LOCAL_ADDRESSES, urlsplit(SIMULATORS_URL).netloc]
# A server of the visitor's own, on this computer or in this network, was named by whoever started the site.
if not PRODUCTION:
    LOCAL_ADDRESSES = [*LOCAL_ADDRESSES, *inside_address(env_str("OPENAI_BASE_URL"))]
# Our own public addresses, beside the names in ALLOWED_HOSTS: a name that leads to them is nobody's channel.
OWN_ADDRESSES = env_list("OWN_ADDRESSES")
# Limits of one call. Milliseconds, bytes, counts.
WIRE_LIMITS = {
    "connect_ms": env_int("WIRE_CONNECT_MS", 5_000),
    "headers_ms": env_int("WIRE_HEADERS_MS", 15_000),
    "first_piece_ms": env_int("WIRE_FIRST_PIECE_MS", 60_000),
    "idle_ms": env_int("WIRE_IDLE_MS", 20_000),
    "piece_gap_ms": env_int("WIRE_PIECE_GAP_MS", 30_000),
    "total_ms": env_int("WIRE_TOTAL_MS", 180_000),
    "body_bytes": env_int("WIRE_BODY_BYTES", 2 * 1024 * 1024),
    "event_bytes": env_int("WIRE_EVENT_BYTES", 256 * 1024),
    "text_chars": env_int("WIRE_TEXT_CHARS", 400_000),
    "events": env_int("WIRE_EVENTS", 20_000),
    "retry_after_ms": env_int("WIRE_RETRY_AFTER_MS", 10_000),
}

# -- trials --------------------------------------------------------------------------------------
TRIAL_DEADLINE_S = env_int("TRIAL_DEADLINE_S", 300)
# The last part of a trial's time, kept for judging and the report.
TRIAL_JUDGING_S = env_int("TRIAL_JUDGING_S", 60)
TRIAL_LEASE_S = env_int("TRIAL_LEASE_S", 15)
TRIAL_REAP_EVERY_S = env_int("TRIAL_REAP_EVERY_S", 5)
TRIAL_MAX_CHANNELS = env_int("TRIAL_MAX_CHANNELS", 30)
TRIAL_MAX_PROMPTS = env_int("TRIAL_MAX_PROMPTS", 24)
TRIAL_MAX_REPEATS = env_int("TRIAL_MAX_REPEATS", 5)
TRIAL_MAX_ANSWERS = env_int("TRIAL_MAX_ANSWERS", 400)
TRIAL_MAX_PROMPT_CHARS = env_int("TRIAL_MAX_PROMPT_CHARS", 20_000)
TRIAL_MAX_PICTURES = 4
# In base64 this is Anthropic's limit of 5 MiB, the tightest of the three protocols.
TRIAL_MAX_PICTURE_BYTES = 3_932_160
TRIAL_KEEP_DAYS = env_int("TRIAL_KEEP_DAYS", 30)
ONE_CLICK_PROMPTS = 6
# A jury has five judges at most: more cost more and decide nothing.
TRIAL_JUDGES = min(env_int("TRIAL_JUDGES", 1), 5)
# Prompts on which the two leaders' answers are put to each judge side by side, in both orders; 0 leaves that out.
PAIRWISE_PROMPTS = env_int("PAIRWISE_PROMPTS", 6)
# Complaints about reports: from one reader, and about one report.
COMPLAINTS_PER_DAY = env_int("COMPLAINTS_PER_DAY", 5)
COMPLAINTS_PER_REPORT_AND_DAY = 20
LIVE_KEEP_S = env_int("LIVE_KEEP_S", 24 * 3600)

# -- the portal ----------------------------------------------------------------------------------
# The text that a provider agrees to has this version; a new text asks again.
AGREEMENT_VERSION = "2026-11-28"
# A provider's reply to a public report.
REPLY_MOST_CHARS = 2_000
INVITATION_DAYS = env_int("INVITATION_DAYS", 7)
CONFORMANCE_LEASE_S = env_int("CONFORMANCE_LEASE_S", 60)
# A run that has not ended by then is closed with what it has found.
CONFORMANCE_DEADLINE_S = env_int("CONFORMANCE_DEADLINE_S", 600)
CONFORMANCE_RUNS_PER_DAY = env_int("CONFORMANCE_RUNS_PER_DAY", 30)
# How often one person may have us look at an address or try a key.
LOOKS_PER_DAY = env_int("LOOKS_PER_DAY", 200)
# Where it is written that a listing waits for review; empty: to CONTACT_EMAIL.
REVIEW_EMAIL = env_str("REVIEW_EMAIL")
# Listed channels of providers with members are asked again so often whether they answer, and checked wholly so often.
RECHECK_EVERY_S = env_int("RECHECK_EVERY_S", 3600)
RECHECK_WHOLLY_EVERY_S = env_int("RECHECK_WHOLLY_EVERY_S", 7 * 24 * 3600)
# So many failed checks within the window suspend a listing; so many passed ones in a row bring it back.
SUSPEND_AFTER_FAILURES = max(env_int("SUSPEND_AFTER_FAILURES", 3), 2)
SUSPEND_WINDOW_S = env_int("SUSPEND_WINDOW_S", 24 * 3600)
RETURN_AFTER_PASSES = env_int("RETURN_AFTER_PASSES", 2)

# -- what the status page says -------------------------------------------------------------------
PROBE_EVERY_S = env_int("PROBE_EVERY_S", 300)
# Providers are asked for their list of models, which costs nothing, but is their time.
PROBE_PROVIDERS_EVERY_S = env_int("PROBE_PROVIDERS_EVERY_S", 3600)
PROBES_KEEP_DAYS = env_int("PROBES_KEEP_DAYS", 90)

# -- money ---------------------------------------------------------------------------------------
CURRENCY = "CNY"
# What all free trials together may spend per day, and how many a guest may start per day.
PURSE_PER_DAY = env_decimal("PURSE_PER_DAY", "200")
GUEST_TRIALS_PER_DAY = env_int("GUEST_TRIALS_PER_DAY", 40)
# Held for an answer whose price nobody knows (a server of the visitor's own); never shown as its cost.
UNKNOWN_PRICE_HOLD = env_decimal("UNKNOWN_PRICE_HOLD", "0.05")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL") or "INFO"},
}
