"""The installation's own settings with the one middleware that allauth insists on, and one address."""

from tinhso.config.settings.base import *  # noqa: F403

MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
ROOT_URLCONF = "bare.site"
