"""Settings of every installation, production included; what differs comes from the environment.

Each name read here stands in docs/settings.md, with its meaning and default.
"""

import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tinhso.config.settings.environment import (
    SettingError,
    env_bool,
    env_day,
    env_int,
    env_list,
    env_origin,
    env_secret,
    env_str,
)

HOME = Path(env_str("TINHSO_HOME", "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True)
DEBUG = env_bool("TINHSO_DEBUG", False)


def _secret_key() -> str:
    """The configured key, or one made once and kept in the home folder."""
    configured = env_secret("TINHSO_SECRET_KEY")
    if configured:
        return configured
    path = HOME / "secret-key"
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        return path.read_text(encoding="utf-8")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env_list("TINHSO_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("TINHSO_TRUSTED_ORIGINS", [])
HTTPS = env_bool("TINHSO_HTTPS", False)

INSTALLED_APPS = [
    "tinhso.core",
    "tinhso.organizations",
    "tinhso.accounts",
    "tinhso.datasets",
    "tinhso.public_services",
    "tinhso.documents",
    "tinhso.indicators",
    "tinhso.plans",
    "tinhso.operations",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "tinhso.core.middleware.numbered_requests",
    "tinhso.core.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tinhso.core.middleware.remembered_answers",
    "tinhso.core.middleware.chosen_language",
]

ROOT_URLCONF = "tinhso.config.urls"
WSGI_APPLICATION = "tinhso.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tinhso.core.context.page",
            ],
        },
    }
]

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
RUNS_BEFORE_PLAN = 2  # of the same statement, before PostgreSQL keeps its plan


def database(url: str) -> dict[str, Any]:
    """Django's database settings for one URL; SQLite gets the options that keep it from locking."""
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = SQLITE_OPTIONS
    elif env_bool("TINHSO_DATABASE_PLANS", True):
        settings["OPTIONS"] = settings.get("OPTIONS", {}) | {"prepare_threshold": RUNS_BEFORE_PLAN}
    return settings


def mail_server(url: str) -> dict[str, Any]:
    """Django's mail settings for one URL."""
    found = dict(dj_email_url.parse(url))
    if "EMAIL_BACKEND" not in found:
        raise SettingError(
            f"TINHSO_EMAIL_URL must begin with smtp://, smtps:// or submission://, not {url.split(':')[0]}:"
        )
    return found


def identity_providers(url: str, name: str, client_id: str, secret: str) -> dict[str, Any]:
    """allauth's settings for the provider at which citizens sign in; without an address there is none."""
    app = {
        "provider_id": "citizens",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": url},
    }
    return {
        "openid_connect": {
            "provider_class": "tinhso.accounts.adapter.IdentityProvider",
            "OAUTH_PKCE_ENABLED": True,
            "SCOPE": ["openid", "profile"],
            "APPS": [app] if url else [],
        }
    }


DATABASE_URL = env_secret("TINHSO_DATABASE_URL", f"sqlite:///{HOME / 'tinhso.sqlite3'}")
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LAKE_URL = env_str("TINHSO_LAKE_URL", str(HOME / "lake"))
STATES_DIR = HOME / "states"  # leaf states and cells, immutable Parquet sets
FILES_DIR = HOME / "files"  # stored files by SHA-256
DUCKDB_THREADS = env_int("TINHSO_DUCKDB_THREADS", 0)  # 0: as many as there are cores
FIGURES_UNTIL = env_day("TINHSO_FIGURES_UNTIL")  # last day that figures look at; None: as far as data reach
TSA_URL = env_str("TINHSO_TSA_URL")  # time-stamping authority (RFC 3161); empty: anchors get no token
SITE_URL = env_str("TINHSO_SITE_URL", "http://127.0.0.1:8000")  # as messages name our pages
EVIDENCE_MAX_MB = env_int("TINHSO_EVIDENCE_MAX_MB", 20)  # of one file that shows what was done
UPLOAD_MAX_MB = env_int("TINHSO_UPLOAD_MAX_MB", 10)  # of one file that people send
UPLOAD_SCANNER = env_str(
    "TINHSO_UPLOAD_SCANNER"
)  # clamd://host:port or clamd:///path/socket; empty: nothing is scanned
if UPLOAD_SCANNER and not UPLOAD_SCANNER.startswith("clamd://"):
    raise SettingError(f"TINHSO_UPLOAD_SCANNER must begin with clamd://, not {UPLOAD_SCANNER.split(':')[0]}:")
DOSSIER_NUMBER = env_str("TINHSO_DOSSIER_NUMBER", "{unit}-{date:%y%m%d}-{number:04d}")
COMPLAINT_DAYS = env_int("TINHSO_COMPLAINT_DAYS", 15)  # working days within which a complaint is answered
PAYMENT_SANDBOX = env_bool("TINHSO_PAYMENT_SANDBOX", False)  # a bank that only pretends, for demonstrations
PAYMENT_BANK: str = env_str("TINHSO_PAYMENT_BANK", "999999" if PAYMENT_SANDBOX else "")  # BIN; 999999 is no bank's
PAYMENT_BANK_NAME: str = env_str("TINHSO_PAYMENT_BANK_NAME", "Ngân hàng Mẫu (không có thật)" if PAYMENT_SANDBOX else "")
PAYMENT_ACCOUNT: str = env_str("TINHSO_PAYMENT_ACCOUNT", "0000000000" if PAYMENT_SANDBOX else "")
PAYMENT_HOLDER: str = env_str("TINHSO_PAYMENT_HOLDER", "TAI KHOAN MAU" if PAYMENT_SANDBOX else "")
PAYMENT_SECRET: str = env_secret("TINHSO_PAYMENT_SECRET")  # signs the gateway's notices
PAYMENT_GATEWAYS: dict[str, str] = {"cash": "tinhso.public_services.payments.contrib.cash.Cash"} | (
    {"sandbox": "tinhso.public_services.payments.contrib.sandbox.Sandbox"} if PAYMENT_SANDBOX else {}
)
# ---- documents ----
ORGAN_PREFIX = env_str(
    "TINHSO_ORGAN_PREFIX", "H52"
)  # province in identifiers of agencies that have none of their own yet
DOCUMENT_NUMBERING = env_str("TINHSO_DOCUMENT_NUMBERING", "by_kind")  # or together: one series for all types
SIGNERS_CRL_URL = f"{SITE_URL.rstrip('/')}/documents/authority.crl"  # as certificates of our soft keys name it
SIGNING_TOKEN_MODULE = env_str("TINHSO_SIGNING_TOKEN_MODULE")  # PKCS#11 library; empty: keys in files, no legal value
SIGNING_TOKEN_LABEL = env_str("TINHSO_SIGNING_TOKEN_LABEL")
SIGNING_TOKEN_PIN: str = env_secret("TINHSO_SIGNING_TOKEN_PIN")
AUDIT_WITNESS = env_str("TINHSO_AUDIT_WITNESS")  # OrganId:user name; empty: the audit's head is sent to nobody
EXCHANGE_CHANNELS = {
    "direct": "tinhso.documents.contrib.direct.Direct",
    "folder": "tinhso.documents.contrib.folder.Folder",
    "axis": "tinhso.documents.contrib.axis.Axis",
    "lgsp": "tinhso.documents.contrib.lgsp.Lgsp",
}
WEB_PROCESSES = env_int("TINHSO_WEB_PROCESSES", 2)  # of one thread each: threads make SQLite wait
DUCKDB_MEMORY = env_str("TINHSO_DUCKDB_MEMORY", "1500MB")
ENGINE_URL = env_secret("TINHSO_ENGINE_URL")  # where facts are scanned; empty: DuckDB in this process
CALENDARS = env_list("TINHSO_CALENDARS", [])  # reporting calendars whose cells are computed ahead

# ---- accounts: sign-in for officials ----
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["tinhso.accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tinhso.accounts.adapter.OfficialsOnly"
ACCOUNT_FORMS = {"login": "tinhso.accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people sign in without e-mail
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "tinhso.accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tỉnh Số"
MFA_ALLOW_UNVERIFIED_EMAIL = True
SESSION_ENGINE = "tinhso.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
# ---- accounts: sign-in for citizens, at an OpenID Connect provider (ADR 0032) ----
OIDC_URL, OIDC_ORIGIN = env_origin("TINHSO_OIDC_URL")  # issuer; empty: citizens cannot sign in
OIDC_NAME = env_str("TINHSO_OIDC_NAME", "VNeID")
CITIZENS_HOME_URL = "/services/"
PERSONAL_PATHS = ("/services/",)  # under which pages hold people's data, which no browser keeps
HELPERS_HOME_URL = "/services/assist/"  # of officials who help people and read no figures
SOCIALACCOUNT_ADAPTER = "tinhso.accounts.adapter.Citizens"
SOCIALACCOUNT_PROVIDERS = identity_providers(
    OIDC_URL, OIDC_NAME, env_str("TINHSO_OIDC_CLIENT_ID"), env_secret("TINHSO_OIDC_CLIENT_SECRET")
)
# Failed sign-ins and what people do a minute are counted here, by all processes of all servers together; Django's own
# limit of 300 entries would throw counts out as soon as a crowd comes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

NAVIGATION = [  # (URL name, title) of the entries every signed-in person sees
    ("operations:overview", _("Tổng quan")),
    ("operations:today", _("Việc cần làm")),
    ("operations:alerts", _("Cảnh báo")),
    ("operations:map", _("Bản đồ")),
    ("operations:units", pgettext_lazy("page", "Đơn vị")),
    ("plans:tasks", pgettext_lazy("page", "Nhiệm vụ")),
    ("public_services:desk", pgettext_lazy("page", "Hồ sơ")),
    ("documents:desk", pgettext_lazy("page", "Văn bản")),
    ("operations:data", _("Dữ liệu")),
    ("indicators:catalog", pgettext_lazy("page", "Chỉ tiêu")),
]

EMAIL_URL = env_secret("TINHSO_EMAIL_URL")  # empty: nothing is sent, people find their news on pages
EMAIL_IS_SET_UP = bool(EMAIL_URL)
vars().update(mail_server(EMAIL_URL) if EMAIL_IS_SET_UP else {})
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env_str("TINHSO_EMAIL_FROM", "tinhso@localhost")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, OIDC_ORIGIN] if OIDC_ORIGIN else [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
if env_bool("TINHSO_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # so that the client's own address is counted, not the proxy's
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "tinhso.core.request_id.WithRequestId"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "loggers": {"urllib3": {"level": "ERROR"}},  # an engine that does not answer is told in one sentence
    "root": {"handlers": ["stderr"], "level": env_str("TINHSO_LOG_LEVEL", "WARNING")},
}
