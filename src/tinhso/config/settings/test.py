"""Settings of the test suite: everything in a throw-away folder, fast password hashing."""

import os
import tempfile

os.environ.setdefault("TINHSO_HOME", tempfile.mkdtemp(prefix="tinhso-test-"))
os.environ.setdefault("TINHSO_SECRET_KEY", "only-for-tests")

from tinhso.config.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
