"""The list of an account's API secrets: read from Vonage, and kept."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from api_secrets.models import ApiSecret, SecretList
from operations import wire
from operations.models import Operation
from operations.times import times
from vonage_api import Timeouts
from vonage_api.api_secrets import ApiSecret as Listed


def read(account: Account) -> None:
    """Read the list from Vonage and keep it; outside transactions.

    Raises a `VonageError` or `wire.CannotConnectError`; then nothing has changed.
    """
    asked_at = timezone.now()
    patience = Timeouts(connect=times().connect, read=times().listing, total=times().listing)
    with wire.client(account.workspace_id, patience) as client:
        listed = client.secrets.list(account.api_key)
    keep(account.pk, listed, asked_at)


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
