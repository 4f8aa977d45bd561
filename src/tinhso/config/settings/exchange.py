"""The exchange door: the same installation behind another port, on which every caller shows a certificate."""

from tinhso.config.settings.base import *  # noqa: F403

ROOT_URLCONF = "tinhso.config.exchange_urls"
MIDDLEWARE = [
    "tinhso.core.middleware.numbered_requests",
    "allauth.account.middleware.AccountMiddleware",  # asked for by allauth, which has no part here
]
ALLOWED_HOSTS = ["*"]  # partners know us by our certificate, under whatever name they reach us
SECURE_SSL_REDIRECT = False
