"""The account whose credentials are used. Source: Vonage's Account API."""

from decimal import Decimal

import msgspec

from vonage_api.decoding import decode
from vonage_api.money import check_money
from vonage_api.transport import Transport


class AccountBalance(msgspec.Struct, frozen=True, kw_only=True):
    """value: in EUR, up to 8 decimals, negative when owed. auto_reload: topped up by itself."""

    value: Decimal
    auto_reload: bool = msgspec.field(name="autoReload")

    def __post_init__(self) -> None:
        check_money(self.value)


_balance = msgspec.json.Decoder(AccountBalance)


class Account:
    """Calls about the account itself."""

    def __init__(self, *, transport: Transport, host: str) -> None:
        self._transport = transport
        self._host = host

    def get_balance(self) -> AccountBalance:
        """Return the balance now. Raises a `VonageError`."""
        return decode(self._transport.get(f"{self._host}/account/get-balance"), _balance)
