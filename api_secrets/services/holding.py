"""The API secrets by which this workspace signs in as its subaccounts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from accounts.models import Account
from accounts.services import connecting
from accounts.services.vonage import client_with, hosts
from api_secrets.models import HeldSecret
from operations import wire
from operations.models import Operation
from operations.wire import CannotConnectError
from subaccounts import new_secrets
from vault.fields import seal_into, unseal_from
from vault.keyring import UnknownKeyError
from vault.sealing import BrokenSealError
from vault.secret import Secret
from vonage_api import Timeouts, VonageClient
from vonage_api.budget import Priority
from vonage_api.errors import Unauthorized


class NotHeldError(CannotConnectError):
    """No secret of this subaccount is held, so nobody can sign in as it."""


@contextmanager
def client_of(
    account: Account, timeouts: Timeouts, *, priority: Priority = Priority.PERSON
) -> Iterator[VonageClient]:
    """Open a client that is signed in as the account itself; outside transactions.

    The primary account by the connection, a subaccount by the secret that is held of it. Raises
    `NotHeldError`, or another `CannotConnectError`. That Vonage refuses a held secret is noted,
    and that it lets it in again.
    """
    if account.is_primary:
        with wire.client(account.workspace_id, timeouts) as client:
            yield client
        return
    held = HeldSecret.objects.filter(account=account).first()
    if held is None:
        raise NotHeldError(
            "Vonage tells this to the subaccount itself only, and no secret of it is held."
        )
    with _signed_in(held, account.api_key, timeouts, priority) as client:
        try:
            yield client
        except Unauthorized:
            HeldSecret.objects.filter(pk=held.pk, refused_at=None).update(refused_at=timezone.now())
            raise
    HeldSecret.objects.filter(pk=held.pk, refused_at__isnull=False).update(refused_at=None)


def can_sign_in(account: Account) -> bool:
    """Return whether there is something to sign in with as the account."""
    return account.is_primary or HeldSecret.objects.filter(account=account).exists()


def hold(operation: Operation) -> bool:
    """Sign in from now on with the secret that an operation has made, in a transaction.

    The caller has proved that Vonage lets it in. Returns False where it is taken already.
    """
    secret = new_secrets.withdraw(operation)
    if secret is None or operation.account is None:
        return False
    if operation.account.is_primary:
        connecting.switch(operation.workspace_id, secret=secret, secret_id=operation.remote_id)
    else:
        _keep(operation, operation.account, secret)
    return True


def _keep(operation: Operation, account: Account, secret: Secret) -> None:
    HeldSecret.objects.filter(account=account).delete()
    row = HeldSecret(
        workspace_id=operation.workspace_id,
        account=account,
        api_host=hosts().api,
        remote_id=operation.remote_id,
    )
    seal_into(row, "api_secret", secret)
    row.save(force_insert=True)


def let_go(operation: Operation) -> None:
    """Forget the held secret that an operation has revoked."""
    held = HeldSecret.objects.filter(account=operation.account_id)
    held.filter(remote_id=operation.wanted["secret_id"]).delete()


def _signed_in(
    held: HeldSecret, api_key: str, timeouts: Timeouts, priority: Priority
) -> VonageClient:
    if held.api_host != hosts().api:
        raise CannotConnectError(
            f"The secret that is held is for {held.api_host} and is not sent to {hosts().api}."
        )
    try:
        secret = unseal_from(held, "api_secret")
    except (BrokenSealError, UnknownKeyError) as error:
        raise CannotConnectError(str(error)) from error
    return client_with(api_key, secret, timeouts=timeouts, priority=priority)
