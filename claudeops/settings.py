"""Settings of every environment, from environment variables; README lists the common ones.

CLAUDEOPS_ENV is development (the default), production or test. They differ in the database's name and
pragmas, in what a start refuses (claudeops/checks.py) and in whether slow queries are logged.
"""

import base64
import secrets
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from claudeops.database import database_config
from claudeops.static_version import static_version
from claudeops.unfold import UNFOLD as UNFOLD
from system.key_file import KeyFile

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VERSION = "0.1.0"
ENVIRONMENT = env.str("CLAUDEOPS_ENV", default="development")
if ENVIRONMENT not in ("development", "production", "test"):
    raise ImproperlyConfigured(
        f"CLAUDEOPS_ENV is {ENVIRONMENT!r}; it must be development, production or test."
    )
DEBUG = ENVIRONMENT == "development" and env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("CLAUDEOPS_DATA_DIR", default="data")).expanduser()
if not DATA_DIR.is_absolute():
    DATA_DIR = BASE_DIR / DATA_DIR
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# Where backups lie; another disk than the data's is better.
BACKUP_DIR = Path(env.str("BACKUP_DIR", default="") or DATA_DIR / "backups").expanduser()
if not BACKUP_DIR.is_absolute():
    BACKUP_DIR = BASE_DIR / BACKUP_DIR

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)


def _kept(name: str, make: Callable[[], str]) -> str:
    """A key made on the first start and kept beside the data, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        draft = DATA_DIR / f".{name}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            path.hardlink_to(draft)  # atomic: of several first starts, one key wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


SECRET_KEY = env.str("SECRET_KEY", default="") or _kept("secret_key", lambda: secrets.token_urlsafe(64))
# Secrets in rows are encrypted with the first of these and opened with any (system/secrets.py). On several
# hosts they must be the same: one in each line of the file, or separated by commas.
ENCRYPTION_KEYS: Sequence[str] = env.list("CLAUDEOPS_ENCRYPTION_KEYS", default=[])
if not ENCRYPTION_KEYS:
    _kept("encryption_key", _fernet_key)
    ENCRYPTION_KEYS = KeyFile(DATA_DIR / "encryption_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the other one puts its own site in the place of ours
    "unfold.contrib.filters",
    "claudeops.apps.ConsoleConfig",
    "system",  # before Django's own: its createsuperuser and changepassword are on record
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_q",
    "ninja",  # for the scripts of the API's page, which otherwise come from outside
    "executions",
    "costs",
    "agents",
    "scheduling",
    "claudeops",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "claudeops.compression.PageGZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "system.doors.door_middleware",
    "claudeops.rates.rate_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "claudeops.urls"
ASGI_APPLICATION = "claudeops.asgi.application"
WSGI_APPLICATION = "claudeops.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": database_config(env, ENVIRONMENT, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=100 if ENVIRONMENT == "development" else 0)

REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 300,
        "OPTIONS": {"MAX_ENTRIES": 1000},
    }
}
# What the doors count (system/tallies.py): for all web processes where there is Redis, which must be quick.
_counts_here = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "doors",
    "OPTIONS": {"MAX_ENTRIES": 50_000},
}
CACHES["doors_here"] = _counts_here
CACHES["doors"] = (
    {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "claudeops-doors",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if REDIS_URL
    else _counts_here
)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
# Created at the first start; without a password here, a random one is printed once.
FIRST_ADMIN_USER = env.str("CLAUDEOPS_ADMIN_USER", default="admin")
FIRST_ADMIN_PASSWORD = env.str("CLAUDEOPS_ADMIN_PASSWORD", default="")
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "system.sessions"
# Cookies know no ports: without the number, two consoles on one machine would log each other out.
SESSION_COOKIE_NAME = f"claudeops_session_{PORT}"
CSRF_COOKIE_NAME = f"claudeops_csrf_{PORT}"
SESSION_COOKIE_SAMESITE = "Lax"
# Behind TLS (a reverse proxy that sets X-Forwarded-Proto): BEHIND_TLS=true.
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if BEHIND_TLS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
# How many proxies of ours stand in front: as many entries at the end of X-Forwarded-For are believed.
PROXIES = NINJA_NUM_PROXIES = env.int("CLAUDEOPS_PROXIES", default=0)
# Requests to the API a minute, a whole minute's worth of them at once; 0 is no limit.
RATE_PER_TOKEN = env.int("CLAUDEOPS_RATE_PER_TOKEN", default=12_000)
RATE_PER_ADDRESS = env.int("CLAUDEOPS_RATE_PER_ADDRESS", default=24_000)
# Sockets that one token or session may have open at a web process; 0 is no limit.
SOCKETS_PER_CALLER = env.int("CLAUDEOPS_SOCKETS_PER_CALLER", default=1000)
X_FRAME_OPTIONS = "DENY"
# unfold's Alpine evaluates its attributes and sets inline styles; nothing of ours is inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_BODY_BYTES", default=10 * 2**20)

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = False
FORMAT_MODULE_PATH = "claudeops.formats"
USE_TZ = True
# With what is in the files in their address, a browser asks for none of them twice.
STATIC_URL = f"/static/{static_version(BASE_DIR / 'claudeops' / 'static')}/"
WHITENOISE_IMMUTABLE_FILE_TEST = "."
# Files are served from where the packages put them: no collectstatic before the first start.
WHITENOISE_USE_FINDERS = True
warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
WHITENOISE_AUTOREFRESH = False

# What the engine promises and why: docs/decisions/0003-engine.md.
NODE_NAME = env.str("CLAUDEOPS_NODE", default="localhost")
WORKERS = env.int("CLAUDEOPS_WORKERS", default=2)
# A request must have arrived whole by then; also how long a connection is kept between two of them.
ARRIVAL_SECONDS = env.float("CLAUDEOPS_ARRIVAL_SECONDS", default=60)
HTTP_THREADS = env.int("CLAUDEOPS_HTTP_THREADS", default=8)
LEASE_SECONDS = env.float("CLAUDEOPS_LEASE_SECONDS", default=60)
HEARTBEAT_SECONDS = env.float("CLAUDEOPS_HEARTBEAT_SECONDS", default=10)
CANCEL_POLL_SECONDS = env.float("CLAUDEOPS_CANCEL_POLL_SECONDS", default=0.5)
RECONCILE_SECONDS = env.float("CLAUDEOPS_RECONCILE_SECONDS", default=10)
STALL_SECONDS = env.float("CLAUDEOPS_STALL_SECONDS", default=30)
KILL_GRACE_SECONDS = env.float("CLAUDEOPS_KILL_GRACE_SECONDS", default=5)
STOP_GRACE_SECONDS = env.float("CLAUDEOPS_STOP_GRACE_SECONDS", default=8)
MAX_ATTEMPTS = env.int("CLAUDEOPS_MAX_ATTEMPTS", default=3)
TRACKING_LEASE_SECONDS = env.float("CLAUDEOPS_TRACKING_LEASE_SECONDS", default=3600)
# A due time that was not launched so long after it counts as missed, and its schedule's policy decides.
MISFIRE_SECONDS = env.float("CLAUDEOPS_MISFIRE_SECONDS", default=30)
# Webhooks in: the largest body of a message, and how many runs of one hook may wait for the limits.
HOOK_MAX_BYTES = env.int("CLAUDEOPS_HOOK_MAX_BYTES", default=2**20)
HOOK_MAX_HELD = env.int("CLAUDEOPS_HOOK_MAX_HELD", default=1000)
METRICS_SECONDS = env.float("CLAUDEOPS_METRICS_SECONDS", default=30)
CONNECTIVITY_TARGETS = env.list("CLAUDEOPS_CONNECTIVITY_TARGETS", default=["1.1.1.1:443", "9.9.9.9:443"])

# Requests to outside (system/outbound/): how long one may take to connect, and altogether.
OUTBOUND_CONNECT_SECONDS = env.float("CLAUDEOPS_OUTBOUND_CONNECT_SECONDS", default=5)
OUTBOUND_TOTAL_SECONDS = env.float("CLAUDEOPS_OUTBOUND_TOTAL_SECONDS", default=20)
# The waits between the attempts at one message: with these it is given up after a day.
NOTIFY_RETRY_SECONDS = env.list(
    "CLAUDEOPS_NOTIFY_RETRY_SECONDS",
    cast=float,
    default=[5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800],
)
# After this a message that a process was sending when it was killed is sent again, under its old id.
NOTIFY_LEASE_SECONDS = env.float("CLAUDEOPS_NOTIFY_LEASE_SECONDS", default=90)
NOTIFY_EVERY_SECONDS = env.float("CLAUDEOPS_NOTIFY_EVERY_SECONDS", default=1)
DEADMAN_EVERY_SECONDS = env.float("CLAUDEOPS_DEADMAN_EVERY_SECONDS", default=60)

# What the front page shows is rendered anew when something has changed, and after so long in any case. In
# tests, whose rows are rolled back and come again under the same numbers, each time.
FRONT_PAGE_SECONDS = env.float("CLAUDEOPS_FRONT_PAGE_SECONDS", default=0 if ENVIRONMENT == "test" else 60)

# The longest an execution may be allowed to last. django-q2's own time-out lies above it: the runner
# ends a run itself, tree and all; the cluster's time-out would kill direct children only.
MAX_DURATION_LIMIT_SECONDS = 6 * 3600
_q_timeout = MAX_DURATION_LIMIT_SECONDS + 600
_is_sqlite = DATABASES["default"]["ENGINE"].endswith("sqlite3")
Q_CLUSTER: dict[str, Any] = {
    "name": "claudeops",  # the salt of what is queued: one for all nodes
    "cluster_name": NODE_NAME,  # the queue this node's workers read
    "orm": "default",
    "broker_class": "claudeops.processes.broker.DoorbellBroker",
    "workers": WORKERS,
    # The doorbell rings for what this host launches; what other hosts launch waits for a poll.
    "poll": env.float("CLAUDEOPS_QUEUE_POLL_SECONDS", default=1 if _is_sqlite else 0.2),
    "bulk": 1,
    "queue_limit": 1,
    "timeout": _q_timeout,
    # A prefetched message's lock ages while it waits: retry must outlast all that may be before it.
    "retry": _q_timeout * (1 + -(-2 // max(1, WORKERS))) + 61,
    "guard_cycle": 0.5,
    "save_limit": -1,
    "ack_failures": True,
    "max_attempts": 0,
    "scheduler": env.bool("CLAUDEOPS_QUEUE_SCHEDULER", default=True),
    "catch_up": False,
    "log_level": "WARNING",
    "label": "Queue",
}

ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="")
# An organisation's Admin key, with which each day is compared with what Anthropic reports.
ANTHROPIC_ADMIN_KEY = env.str("ANTHROPIC_ADMIN_KEY", default="")
ANTHROPIC_ADMIN_BASE_URL = env.str("ANTHROPIC_ADMIN_BASE_URL", default="")

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "system.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "django-q": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}
