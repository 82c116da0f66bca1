"""The list of an account's API secrets: read from Vonage, and kept."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account, Connection
from api_secrets.models import ApiSecret, SecretList
from operations import wire
from operations.models import Operation
from operations.states import State
from operations.times import seconds, times
from vonage_api import Timeouts
from vonage_api.api_secrets import ApiSecret as Listed
from vonage_api.errors import NotFound, VonageError

logger = logging.getLogger(__name__)


STALE = timedelta(days=1)
"""A list is read anew after this."""
AT_ONCE = 50
"""So many lists are read in one round."""


def read_due(now: datetime) -> int:
    """Read the lists that are older than a day or were never read; return how many were read.

    A workspace whose connection does not work is left alone, and left after its first fault.
    """
    done, broken = 0, set[int]()
    for account in _due(now):
        if account.workspace_id in broken:
            continue
        try:
            read(account)
        except (VonageError, wire.CannotConnectError):
            logger.warning("a list of secrets was not read", extra={"account": account.api_key})
            broken.add(account.workspace_id)
        else:
            done += 1
    return done


def _due(now: datetime) -> list[Account]:
    working = Account.objects.filter(
        workspace__connection__state=Connection.State.WORKING, vanished_at=None
    )
    stale = Q(secret_list=None) | Q(secret_list__read_at__lt=now - STALE)
    oldest_first = F("secret_list__read_at").asc(nulls_first=True)
    return list(working.filter(stale).order_by(oldest_first, "pk")[:AT_ONCE])


def read(account: Account) -> None:
    """Read the list from Vonage and keep it; outside transactions.

    Raises a `VonageError` or `wire.CannotConnectError`; then nothing has changed.
    """
    asked_at = timezone.now()
    patience = Timeouts(connect=times().connect, read=times().listing, total=times().listing)
    with wire.client(account.workspace_id, patience) as client:
        listed = [*client.secrets.list(account.api_key)]
        for remote_id in _unlisted(account, listed, asked_at):
            with suppress(NotFound):
                listed.append(client.secrets.get(remote_id, account.api_key))
    keep(account.pk, listed, asked_at)


def _unlisted(account: Account, listed: Iterable[Listed], asked_at: datetime) -> list[str]:
    """Return those that a list lacks. It may be old, or cut: each is asked for by its id as well.

    What is gone never comes back here, so it is not to be taken for gone too soon.
    """
    known = ApiSecret.objects.filter(account=account, gone_at=None, first_seen_at__lt=asked_at)
    known = known.exclude(remote_id__in=[each.id for each in listed])
    return list(known.values_list("remote_id", flat=True))


@transaction.atomic
def keep(account_id: int, listed: Iterable[Listed], asked_at: datetime) -> None:
    """Keep what was listed when Vonage was asked at this time.

    What is not listed is gone, unless we learned of it only after the list was asked for. What is
    gone never comes back: Vonage gives no id twice.
    """
    for each in listed:
        _keep(account_id, each)
    ids = [each.id for each in listed]
    known = ApiSecret.objects.filter(account=account_id, gone_at=None, first_seen_at__lt=asked_at)
    known.exclude(remote_id__in=ids).update(gone_at=asked_at)
    SecretList.objects.get_or_create(account_id=account_id, defaults={"read_at": asked_at})
    older = SecretList.objects.filter(account=account_id, read_at__lt=asked_at)
    older.update(read_at=asked_at)
    _name_the_first(account_id)


def _name_the_first(account_id: int) -> None:
    """Keep which secret an account that was made here was made with: its oldest, by the time.

    The answer to the making does not tell its id, so whoever has seen it would be forgotten.
    """
    made = Operation.objects.filter(
        account=account_id, kind="create", state=State.SUCCEEDED, api_secret=None
    ).first()
    first = ApiSecret.objects.filter(account=account_id).order_by("created_at", "pk").first()
    if made is None or made.closed_at is None or first is None:
        return
    margin = seconds(times().margin)
    if made.created_at - margin <= first.created_at <= made.closed_at + margin:
        ApiSecret.objects.filter(pk=first.pk, operation=None).update(operation=made)


def was_added(operation: Operation, made: Listed) -> None:
    """Keep the secret that an operation has made, in the transaction that records it as done."""
    assert operation.account_id is not None  # noqa: S101 - a secret is some account's
    _keep(operation.account_id, made)
    found = ApiSecret.objects.filter(account=operation.account_id, remote_id=made.id)
    found.filter(operation=None).update(operation=operation)


def was_revoked(operation: Operation) -> None:
    """Note that a secret is gone, in the transaction that records its revoking as done."""
    found = ApiSecret.objects.filter(
        account=operation.account_id, remote_id=operation.wanted["secret_id"], gone_at=None
    )
    found.update(gone_at=operation.closed_at)


def _keep(account_id: int, listed: Listed) -> None:
    ApiSecret.objects.get_or_create(
        account_id=account_id, remote_id=listed.id, defaults={"created_at": listed.created}
    )
