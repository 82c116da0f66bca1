"""The way from a workspace's connection to a client of Vonage's APIs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.models import Connection
from operations.wire import CannotConnectError
from vault.fields import unseal_from
from vault.keyring import UnknownKeyError
from vault.sealing import BrokenSealError
from vault.secret import Secret
from vonage_api import Credentials, Hosts, Retries, Timeouts, VonageClient
from vonage_api.budget import Budget, Priority
from vonage_api.redis_budget import RedisBudget

_PATIENCE = {Priority.PERSON: 3.0, Priority.SYNC: 20.0, Priority.REPORT: 60.0}
"""Seconds to wait for one's turn."""


class WrongHostError(Exception):
    """The stored secret was entered for another host and is not sent to this one."""


def hosts() -> Hosts:
    """Return the configured hosts."""
    api, rest = settings.VONAGE_HOSTS
    return Hosts(api=api, rest=rest)


@cache
def _budget() -> Budget:
    """Return the budget that all processes share; without Redis each keeps to it alone."""
    return RedisBudget(
        client=Redis.from_url(
            settings.ENV.redis_url,
            socket_connect_timeout=1,
            socket_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )
    )


def client_with(
    api_key: str,
    secret: Secret,
    *,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
    priority: Priority = Priority.PERSON,
) -> VonageClient:
    """Return a client with these credentials; it is used outside transactions only.

    All processes together keep to one budget per API key, people before the mirror.
    """
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("the network is not to be waited for inside a transaction")
    return VonageClient(
        credentials=Credentials(api_key=api_key, api_secret=secret.reveal()),
        hosts=hosts(),
        timeouts=timeouts,
        retries=retries,
        budget=_budget(),
        priority=priority,
        patience=_PATIENCE[priority],
    )


def client_for(
    connection: Connection,
    *,
    timeouts: Timeouts | None = None,
    priority: Priority = Priority.SYNC,
) -> VonageClient:
    """Return a client of the workspace's connection.

    Raises `WrongHostError` where the installation now points to another host, `BrokenSealError`
    or `UnknownKeyError` where the secret cannot be opened.
    """
    if connection.api_host != hosts().api:
        raise WrongHostError(
            f"This API secret is for {connection.api_host} and is not sent to {hosts().api}."
        )
    secret = unseal_from(connection, "api_secret")
    return client_with(connection.api_key, secret, timeouts=timeouts, priority=priority)


@contextmanager
def opened(
    workspace_id: int, timeouts: Timeouts, *, priority: Priority = Priority.PERSON
) -> Iterator[VonageClient]:
    """Open a client of a workspace; raise `CannotConnectError` where none can be.

    People wait for operations, so they come before the mirror; reports come last.
    """
    connection = Connection.objects.filter(workspace=workspace_id).first()
    if connection is None:
        raise CannotConnectError("The workspace is not connected to Vonage.")
    try:
        client = client_for(connection, timeouts=timeouts, priority=priority)
    except (WrongHostError, BrokenSealError, UnknownKeyError) as error:
        raise CannotConnectError(str(error)) from error
    with client:
        yield client
