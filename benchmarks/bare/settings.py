"""The installation's own settings without any middleware, and one address."""

from tinhso.config.settings.base import *  # noqa: F403

MIDDLEWARE: list[str] = []
ROOT_URLCONF = "bare.site"
