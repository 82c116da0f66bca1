"""The product's own settings with all times scaled down: what takes minutes takes seconds here."""

import os

from dashboard.settings import *  # noqa: F403 - the product's own
from operations.times import Times

OPERATION_TIMES = Times(
    connect=0.5,
    read=1.0,
    total=1.5,
    listing=0.9,
    fence=1.0,
    sweep=2.0,
    settle=4.0,
    settle_every=0.3,
    visible=0.8,
    margin=20,
    audit_again=30,
    audit_every=2,
    keep_ready=900,
    skew_said=5,
    skew_stops=15,
    # More than a quarter of all outcomes are unclear here, which would never close otherwise.
    breaker_outcomes=200,
    breaker=1,
    pause=0.05,
    pause_most=0.5,
)
SYNC_INTERVAL = 5
DO_LATER = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if "DRILL_REDIS" not in os.environ:
    # No doorbell is ever heard (K2): the table is the queue.
    CELERY_BROKER_URL = "memory://"
LOGGING_CONFIG = None  # type: ignore[assignment] # Django's way to leave logging alone
# Nobody collects files for a drill.
STORAGES["staticfiles"] = {  # noqa: F405 - as above
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
