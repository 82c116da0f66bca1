"""The way from a workspace's connection to a client of Vonage's APIs."""

from django.conf import settings
from django.db import transaction

from accounts.models import Connection
from vault.fields import unseal_from
from vault.secret import Secret
from vonage_api import Credentials, Hosts, Retries, Timeouts, VonageClient


class WrongHostError(Exception):
    """The stored secret was entered for another host and is not sent to this one."""


def hosts() -> Hosts:
    """Return the configured hosts."""
    api, rest = settings.VONAGE_HOSTS
    return Hosts(api=api, rest=rest)


def client_with(
    api_key: str,
    secret: Secret,
    *,
    timeouts: Timeouts | None = None,
    retries: Retries | None = None,
) -> VonageClient:
    """Return a client with these credentials; it is used outside transactions only."""
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("the network is not to be waited for inside a transaction")
    return VonageClient(
        credentials=Credentials(api_key=api_key, api_secret=secret.reveal()),
        hosts=hosts(),
        timeouts=timeouts,
        retries=retries,
    )


def client_for(connection: Connection) -> VonageClient:
    """Return a client of the workspace's connection.

    Raises `WrongHostError` where the installation now points to another host, `BrokenSealError`
    or `UnknownKeyError` where the secret cannot be opened.
    """
    if connection.api_host != hosts().api:
        raise WrongHostError(
            f"This API secret is for {connection.api_host} and is not sent to {hosts().api}."
        )
    return client_with(connection.api_key, unseal_from(connection, "api_secret"))
