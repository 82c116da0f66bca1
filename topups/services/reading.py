"""Whether auto-reload is on: asked of Vonage, and kept. Its list of subaccounts does not say it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from operations import wire
from operations.times import times
from teams.models import Workspace
from topups import alarming
from topups.models import Alarm, AutoReload
from vonage_api import Timeouts
from vonage_api.errors import VonageError

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
"""Vonage looks about as often; asking more often would tell nothing more."""


def read_due(now: datetime) -> int:
    """Ask for the workspaces that are due; return how many readings were good.

    Each is put off before it is asked, by compare and set, so that two workers ask once.
    """
    due = AutoReload.objects.filter(due_at__lte=now)
    return sum(_read_quietly(each, now) for each in due.values_list("pk", flat=True))


def read(workspace_id: int) -> None:
    """Ask Vonage now and keep what it says; outside transactions.

    Raises a `VonageError` or `wire.CannotConnectError`; then only the failure is noted.
    """
    asked_at = timezone.now()
    patience = Timeouts(connect=times().connect, read=times().listing, total=times().listing)
    try:
        with wire.client(workspace_id, patience) as client:
            balance = client.account.get_balance()
    except (VonageError, wire.CannotConnectError) as error:
        AutoReload.objects.update_or_create(
            workspace_id=workspace_id, defaults={"fault": str(error), "due_at": asked_at + EVERY}
        )
        raise
    keep(workspace_id, is_on=balance.auto_reload, at=asked_at)


@transaction.atomic
def keep(workspace_id: int, *, is_on: bool, at: datetime) -> None:
    """Keep what Vonage said when it was asked at `at`, unless something newer is known.

    That it was on and is off begins an alarm; that it is on ends it.
    """
    AutoReload.objects.get_or_create(workspace_id=workspace_id)
    row = AutoReload.objects.filter(pk=workspace_id)
    newer = row.exclude(read_at__gte=at)
    went_off = bool(not is_on and newer.filter(is_on=True).update(is_on=False))
    if not newer.update(is_on=is_on, read_at=at, due_at=at + EVERY, fault=""):
        return
    if is_on:
        alarming.end(workspace_id, Alarm.Kind.OFF, at)
    if went_off:
        alarming.begin(Workspace.objects.get(pk=workspace_id), Alarm.Kind.OFF, at)


def _read_quietly(workspace_id: int, now: datetime) -> bool:
    mine = AutoReload.objects.filter(pk=workspace_id, due_at__lte=now)
    if not mine.update(due_at=now + EVERY):
        return False
    try:
        read(workspace_id)
    except (VonageError, wire.CannotConnectError) as error:
        extra = {"workspace_id": workspace_id, "error": str(error)}
        logger.warning("auto-reload could not be read", extra=extra)
        return False
    return True
