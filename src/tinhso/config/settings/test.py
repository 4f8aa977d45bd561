"""Settings of the test suite: everything in a throw-away folder, fast password hashing."""

import os
import tempfile

os.environ.setdefault("TINHSO_HOME", tempfile.mkdtemp(prefix="tinhso-test-"))
os.environ.setdefault("TINHSO_SECRET_KEY", "only-for-tests")

from tinhso.config.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files straight from the sources, so that pages can be tested without collecting them first.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
