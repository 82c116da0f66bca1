"""The worker, and the whole schedule. What is due stands in our own tables."""

import os
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

READY_KEY = "switchboard:worker-ready"
READY_SECONDS = 30

app = Celery("switchboard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "sync what is due": {
        "task": "accounts.tasks.sync_due_workspaces",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "settle what was asked of Vonage": {
        "task": "operations.tasks.settle",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "tell what became of it": {
        "task": "operations.tasks.tell",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "hold the books against Vonage's": {
        "task": "subaccounts.tasks.audit_books",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "go on with what is being replaced": {
        "task": "api_secrets.tasks.advance_rotations",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "read which API secrets there are": {
        "task": "api_secrets.tasks.read_lists",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "read the lists of phone numbers": {
        "task": "phone_numbers.tasks.read_lists",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "look after the age of API secrets": {
        "task": "api_secrets.tasks.look_after_age",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "read the prices that are due": {
        "task": "pricing.tasks.read_due_prices",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "follow the reports that were ordered": {
        "task": "usage.tasks.advance_reports",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "order the reports of every day": {
        "task": "usage.tasks.order_daily_reports",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "remove the files of old reports": {
        "task": "usage.tasks.forget_report_files",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "forget records of budgets that are over": {
        "task": "usage.tasks.forget_spent_records",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "make statements": {
        "task": "statements.tasks.make_statements",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "go on with searches of records": {
        "task": "log_search.tasks.advance_searches",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "remove what searches found": {
        "task": "log_search.tasks.forget_searches",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "read Vonage's own audit": {
        "task": "remote_events.tasks.read_due_events",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "forget old events of Vonage's audit": {
        "task": "remote_events.tasks.forget_old_events",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "watch auto-reload": {
        "task": "topups.tasks.watch",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "read settings that follow a template": {
        "task": "account_settings.tasks.read_followers",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "forget ended sessions": {
        "task": "teams.tasks.forget_ended_sessions",
        "schedule": 24 * 3600.0,
        "options": {"expires": 3600.0},
    },
    "carry out resets of second factors": {
        "task": "teams.tasks.carry_out_factor_resets",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "hand over workspaces": {
        "task": "teams.tasks.hand_over_due",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "look after access that ends": {
        "task": "teams.tasks.look_after_endings",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "note what members see": {
        "task": "accounts.tasks.note_what_members_see",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "thin old totals": {
        "task": "accounts.tasks.thin_history",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "note where the audit chains stand": {
        "task": "audit.tasks.export_checkpoints",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
    "mail where the audit chains stand": {
        "task": "audit.tasks.mail_checkpoints",
        "schedule": 3600.0,
        "options": {"expires": 600.0},
    },
}

_stopping = Event()


@worker_init.connect
def check_keys(**_: Any) -> None:
    """Refuse to work with keys that do not fit the database."""
    from dashboard.starting import refuse_wrong_keys  # noqa: PLC0415 - needs the settings

    refuse_wrong_keys()


@worker_ready.connect
def say_ready(**_: Any) -> None:
    """Keep a key in Redis alive for as long as the worker is, so that others can see it."""
    Thread(target=_stay_visible, name="worker-ready", daemon=True).start()


@worker_shutting_down.connect
def say_goodbye(**_: Any) -> None:
    """Stop refreshing the key."""
    _stopping.set()


def _stay_visible() -> None:
    from django.conf import settings  # noqa: PLC0415 - Celery reads this module before the settings
    from redis import Redis, RedisError  # noqa: PLC0415 - as above

    redis = Redis.from_url(settings.ENV.redis_url, socket_timeout=2)
    while True:
        with suppress(RedisError):  # it comes back; the next round tries again
            redis.set(READY_KEY, os.getpid(), ex=READY_SECONDS)
        if _stopping.wait(READY_SECONDS / 3):
            return
