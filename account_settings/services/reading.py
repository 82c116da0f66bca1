"""The settings of an account: read from Vonage as the account itself, and kept."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from account_settings import addresses
from account_settings.models import AccountSettings, Follower
from accounts.models import Account, Connection
from api_secrets.models import HeldSecret
from api_secrets.services import holding
from operations.times import times
from operations.wire import CannotConnectError
from vonage_api import Timeouts
from vonage_api.account import AccountSettings as Told
from vonage_api.budget import Priority
from vonage_api.errors import VonageError
from vonage_api.refusals import clean

logger = logging.getLogger(__name__)

NOT_HELD = "Vonage tells this to the subaccount itself only, and no secret of it is held."
STALE = timedelta(days=1)
"""Settings of accounts that follow a template are read anew after this."""
AGAIN = timedelta(hours=1)
"""So long after a try that failed there is another one."""
AT_ONCE = 50
"""So many are read in one round."""
LONGEST = 45.0
"""Seconds after which a round begins no further reading."""
_MOST = 2**31
_LONGEST_FAULT = 500


def read(account: Account, *, priority: Priority = Priority.PERSON) -> None:
    """Read the settings from Vonage and keep them; outside transactions.

    Raises a `VonageError` or `CannotConnectError`; then only the fault is kept.
    """
    asked_at = timezone.now()
    try:
        with holding.client_of(account, patience(), priority=priority) as client:
            told = client.account.get_settings()
    except (VonageError, CannotConnectError) as error:
        AccountSettings.objects.update_or_create(
            account=account,
            defaults={"tried_at": asked_at, "fault": clean(str(error), limit=_LONGEST_FAULT)},
        )
        raise
    keep(account.pk, told, asked_at)


def patience() -> Timeouts:
    """Return how long one reading may take."""
    longest = times().listing
    return Timeouts(connect=min(times().connect, longest), read=longest, total=longest)


@transaction.atomic
def keep(account_id: int, told: Told, asked_at: datetime) -> None:
    """Keep what Vonage told when it was asked at this time, unless something newer is known."""
    AccountSettings.objects.get_or_create(account_id=account_id)
    older = AccountSettings.objects.filter(Q(read_at=None) | Q(read_at__lt=asked_at))
    older.filter(account=account_id).update(
        mo_callback_url=addresses.shown(told.mo_callback_url),
        dr_callback_url=addresses.shown(told.dr_callback_url),
        max_outbound_request=_limit(told.max_outbound_request),
        max_inbound_request=_limit(told.max_inbound_request),
        max_calls_per_second=_limit(told.max_calls_per_second),
        read_at=asked_at,
        tried_at=asked_at,
        fault="",
    )


def read_due(now: datetime) -> int:
    """Read those that follow a template and are older than a day; return how many were read.

    An account that cannot be read waits an hour, so that it does not hold up the others.
    """
    done, end = 0, monotonic() + LONGEST
    for account in _due(now):
        if monotonic() > end:
            break
        try:
            read(account, priority=Priority.SYNC)
        except (VonageError, CannotConnectError):
            logger.warning("settings were not read", extra={"account": account.api_key})
        else:
            done += 1
    return done


def _due(now: datetime) -> list[Account]:
    followers = Account.objects.filter(
        Exists(Follower.objects.filter(account=OuterRef("pk"))),
        vanished_at=None,
        workspace__connection__state=Connection.State.WORKING,
    )
    known = Exists(HeldSecret.objects.filter(account=OuterRef("pk")))
    readable = followers.filter(Q(is_primary=True) | known)
    stale = Q(vonage_settings__read_at=None) | Q(vonage_settings__read_at__lt=now - STALE)
    untried = Q(vonage_settings__tried_at=None) | Q(vonage_settings__tried_at__lt=now - AGAIN)
    oldest_first = F("vonage_settings__read_at").asc(nulls_first=True)
    return list(readable.filter(stale, untried).order_by(oldest_first, "pk")[:AT_ONCE])


def _limit(count: int | None) -> int | None:
    """Return a limit, or None where it cannot be one."""
    return count if count is not None and 0 <= count < _MOST else None
