"""Settings of the stand-in for the identity provider, which knows the demonstration's citizens and nobody else.

It is a site of its own beside the platform, on this machine alone: own database, own cookies, own pages.
"""

from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from csp.constants import SELF

from tinhso.config.settings.base import *  # noqa: F403
from tinhso.config.settings.base import CONTENT_SECURITY_POLICY, INSTALLED_APPS, STORAGES, TEMPLATES, database
from tinhso.config.settings.base import HOME as PLATFORM
from tinhso.config.settings.environment import env_list, origin_of

HOME = PLATFORM / "stand-in"
HOME.mkdir(parents=True, exist_ok=True)
CALLBACKS = env_list("TINHSO_STAND_IN_CALLBACKS", [])  # set by `tinhso demo-identity`

OURS = {"tinhso.core", "tinhso.organizations", "tinhso.accounts"}
INSTALLED_APPS = [
    "tinhso.config.stand_in",
    *(name for name in INSTALLED_APPS if name in OURS or not name.startswith("tinhso.")),
    "allauth.idp.oidc",
]
ROOT_URLCONF = "tinhso.config.stand_in.urls"
LOGIN_URL = "people"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DATABASES = {"default": database(f"sqlite:///{HOME / 'stand-in.sqlite3'}")}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}  # of the one process
WEB_PROCESSES = 1
# The browser sends cookies to every port of a machine: these must not be taken for the platform's.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "stand_in_session", "stand_in_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
cast(dict[str, Any], TEMPLATES[0]["OPTIONS"])["context_processors"].remove("tinhso.core.context.page")
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] = [SELF, *sorted({origin_of(url) for url in CALLBACKS})]


def _private_key() -> str:
    """The key that signs ID tokens, made once."""
    path = HOME / "private-key.pem"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        path.touch(mode=0o600)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path.read_text(encoding="ascii")


IDP_OIDC_ADAPTER = "tinhso.config.stand_in.adapter.DemoCitizens"
IDP_OIDC_PRIVATE_KEY = _private_key()
