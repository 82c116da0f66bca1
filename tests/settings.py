"""The product's own settings in a home of their own, with quick password hashes."""

import atexit
import base64
import os
import re
import shutil
import tempfile
from pathlib import Path

_home = Path(tempfile.mkdtemp(prefix="switchboard-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)


def _own_redis_database(url: str) -> str:
    """Return the address with a database of this worker's own, so that workers do not meet."""
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0)
    return re.sub(r"(/\d+)?$", f"/{worker + 1}", url, count=1) if url else ""


os.environ |= {
    "SWITCHBOARD_HOME": str(_home),
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "ENCRYPTION_KEYS": "test:" + base64.urlsafe_b64encode(bytes(32)).decode(),
    "SIMULATOR_API_KEY": "abcd1234",
    "SIMULATOR_API_SECRET": "Simulator0Secret",
    "REDIS_URL": _own_redis_database(os.environ.get("REDIS_URL", "")),
}
for _name in ("PORT", "SIMULATOR_PORT", "LIVE", "BASE_URL", "VONAGE_API_URL", "VONAGE_REST_URL"):
    os.environ.pop(_name, None)

from dashboard.settings import *  # noqa: E402, F403 - the environment had to come first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SYNC_INTERVAL = 60
DO_LATER = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS, STATIC_ROOT = True, None
ALLOWED_HOSTS = ["*"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
