"""The list of an account's numbers: read from Vonage, and kept.

Vonage lists numbers to the account itself only. So those of subaccounts are read where the
workspace holds a secret of them.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account, Connection
from api_secrets.services import holding
from operations.models import Operation
from operations.states import HELD
from operations.wire import CannotConnectError
from phone_numbers.models import Number, NumberList
from vonage_api import Timeouts
from vonage_api.budget import Priority
from vonage_api.errors import VonageError
from vonage_api.phone_numbers import OwnedNumber

logger = logging.getLogger(__name__)

STALE = timedelta(hours=1)
"""A list is read anew after this, and pages call it old after twice as long."""
AT_ONCE = 20
"""So many lists are read in one round; Vonage takes a request a second."""
CLAIM = timedelta(minutes=10)
PATIENCE = Timeouts(connect=5, read=15, total=300)
"""Seconds. An account with thousands of numbers has as many pages as hundreds of them."""
_KEPT = (
    *("type", "features", "app_id", "mo_http_url"),
    *("voice_callback_type", "voice_callback_value", "voice_status_callback"),
)
_FEATURES = ("SMS", "VOICE", "MMS")


class BusyError(Exception):
    """Somebody reads this list right now."""


def read(account: Account, *, priority: Priority = Priority.PERSON) -> None:
    """Read the numbers of an account and keep them; outside transactions.

    Raises `BusyError`, a `VonageError`, or `CannotConnectError` where nobody can sign in as the
    account. Then the numbers stay as they were, and the fault is noted.
    """
    asked_at = timezone.now()
    _take(account, asked_at)
    try:
        with holding.client_of(account, PATIENCE, priority=priority) as client:
            listed = list(client.numbers.all_owned())
    except (VonageError, CannotConnectError) as error:
        rows = NumberList.objects.filter(account=account)
        rows.update(failed_at=asked_at, fault=str(error), taken_until=None)
        raise
    keep(account, listed, asked_at)


def read_due(now: datetime) -> int:
    """Read the lists that are older than an hour, the oldest first; return how many were read."""
    done = 0
    for account in _due(now):
        try:
            read(account, priority=Priority.SYNC)
        except BusyError:
            continue
        except (VonageError, CannotConnectError) as error:
            name = type(error).__name__
            logger.warning("numbers were not read", extra={"account": account.pk, "fault": name})
        else:
            done += 1
    return done


@transaction.atomic
def keep(account: Account, listed: Sequence[OwnedNumber], asked_at: datetime) -> None:
    """Keep what was listed when Vonage was asked at this time.

    What is not listed is gone, unless it came here after the list was asked for, or is being moved
    from here: then the outcome of that decides, which takes it along. What left after that does not
    come back by it.
    """
    left = _left_since(account, asked_at)
    rows = [_row(account, each) for each in listed if each.msisdn not in left]
    Number.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["account", "country", "msisdn"],
        update_fields=_KEPT,
    )
    names = {each.msisdn for each in rows} | _leaving(account)
    known = account.numbers.filter(first_seen_at__lt=asked_at).values_list("pk", "msisdn")
    gone = [pk for pk, msisdn in known if msisdn not in names]
    for start in range(0, len(gone), 500):
        Number.objects.filter(pk__in=gone[start : start + 500]).delete()
    lists = NumberList.objects.filter(account=account)
    lists.update(read_at=asked_at, failed_at=None, fault="", taken_until=None)


def _take(account: Account, now: datetime) -> None:
    NumberList.objects.get_or_create(account=account)
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    if not NumberList.objects.filter(free, account=account).update(taken_until=now + CLAIM):
        raise BusyError


def _due(now: datetime) -> list[Account]:
    reachable = Q(is_primary=True) | Q(held_secret__isnull=False, held_secret__refused_at=None)
    working = Account.objects.filter(
        reachable,
        workspace__connection__state=Connection.State.WORKING,
        vanished_at=None,
        suspended=False,
    )
    # One that failed waits as long as one that went well.
    tried = Q(number_list__failed_at=None) | Q(number_list__failed_at__lt=now - STALE)
    stale = Q(number_list=None) | Q(number_list__read_at=None)
    stale |= Q(number_list__read_at__lt=now - STALE)
    oldest_first = F("number_list__read_at").asc(nulls_first=True)
    return list(working.filter(stale, tried).order_by(oldest_first, "pk")[:AT_ONCE])


def _left_since(account: Account, asked_at: datetime) -> set[str]:
    return _moved_from(account, closed_at__gte=asked_at)


def _leaving(account: Account) -> set[str]:
    """Return the numbers of which it is not known yet whether they have left."""
    return _moved_from(account, state__in=HELD)


def _moved_from(account: Account, **which: Any) -> set[str]:
    moved = Operation.objects.filter(
        workspace=account.workspace_id, kind="transfer_number", from_key=account.api_key, **which
    )
    # The whole of it: SQLite gives digits out of JSON back as a whole number.
    return {each["msisdn"] for each in moved.values_list("wanted", flat=True)}


def _row(account: Account, listed: OwnedNumber) -> Number:
    features = [each for each in _FEATURES if each in listed.features]
    return Number(
        workspace_id=account.workspace_id,
        account=account,
        country=listed.country,
        msisdn=listed.msisdn,
        type=listed.type,
        features=f",{','.join(features)}," if features else "",
        app_id=listed.app_id or "",
        mo_http_url=listed.mo_http_url or "",
        voice_callback_type=listed.voice_callback_type or "",
        voice_callback_value=listed.voice_callback_value or "",
        voice_status_callback=listed.voice_status_callback or "",
    )
