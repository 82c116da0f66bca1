from typing import Self

from vonage_api.account import Account
from vonage_api.configuration import Hosts, Retries, Timeouts
from vonage_api.credentials import Credentials
from vonage_api.subaccounts import Subaccounts
from vonage_api.transport import LARGEST_BODY, Transport


class VonageClient:
    """Vonage's account-side APIs, asked with the credentials of one primary account.

    max_bytes: the largest answer that is read, uncompressed. Every call may raise a
    `vonage_api.errors.VonageError`. Close it, or use it in a `with` statement.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        hosts: Hosts | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        max_bytes: int = LARGEST_BODY,
    ) -> None:
        hosts = hosts or Hosts()
        self._transport = Transport(
            credentials=credentials,
            timeouts=timeouts or Timeouts(),
            retries=retries or Retries(),
            max_bytes=max_bytes,
        )
        self.account = Account(transport=self._transport, host=hosts.rest)
        self.subaccounts = Subaccounts(
            transport=self._transport, host=hosts.api, primary_key=credentials.api_key
        )

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
