from typing import Self

from vonage_api.account import Account
from vonage_api.api_secrets import Secrets
from vonage_api.audit import Audit
from vonage_api.budget import Budget, MemoryBudget, Pace, Priority
from vonage_api.configuration import Hosts, Retries, Timeouts
from vonage_api.credentials import Credentials
from vonage_api.phone_numbers import Numbers
from vonage_api.pricing import Pricing
from vonage_api.reports import Reports
from vonage_api.subaccounts import Subaccounts
from vonage_api.transfers import NumberTransfers, Transfers
from vonage_api.transport import LARGEST_BODY, Transport
from vonage_api.writing import LARGEST_ANSWER, Writer


class VonageClient:
    """Vonage's account-side APIs, asked with the credentials of one account.

    budget: shared with all other clients of the same key; one of its own if none is given.
    priority, patience: whose turn it is where requests are short, and for how many seconds it
    waits. max_bytes: the largest answer that is read, uncompressed; max_write_bytes: the largest
    answer to a write. Reads may raise a `vonage_api.errors.VonageError`, writes return an
    `vonage_api.outcomes.Outcome`. Close it, or use it in a `with` statement.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        hosts: Hosts | None = None,
        timeouts: Timeouts | None = None,
        retries: Retries | None = None,
        budget: Budget | None = None,
        priority: Priority = Priority.PERSON,
        patience: float = 5,
        max_bytes: int = LARGEST_BODY,
        max_write_bytes: int = LARGEST_ANSWER,
    ) -> None:
        key, timeouts = credentials.api_key, timeouts or Timeouts()
        pace = Pace(
            budget=budget or MemoryBudget(), api_key=key, priority=priority, patience=patience
        )
        self._transport = Transport(
            credentials=credentials,
            timeouts=timeouts,
            retries=retries or Retries(),
            pace=pace,
            max_bytes=max_bytes,
        )
        self._writer = Writer(
            credentials=credentials, timeouts=timeouts, pace=pace, max_bytes=max_write_bytes
        )
        self._add_apis(hosts or Hosts(), key)

    def _add_apis(self, hosts: Hosts, key: str) -> None:
        read, write, api, rest = self._transport, self._writer, hosts.api, hosts.rest
        self.account = Account(read, write, host=rest)
        self.secrets = Secrets(read, write, host=api, own_key=key)
        self.subaccounts = Subaccounts(read, write, host=api, primary_key=key)
        self.balance_transfers = Transfers(read, write, host=api, primary_key=key, kind="balance")
        self.credit_transfers = Transfers(read, write, host=api, primary_key=key, kind="credit")
        self.number_transfers = NumberTransfers(write, host=api, primary_key=key)
        self.numbers = Numbers(read, write, host=rest)
        self.reports = Reports(read, write, host=api)
        self.audit = Audit(read, host=api)
        self.pricing = Pricing(read, hosts=hosts)

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()
