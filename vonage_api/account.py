"""The account whose credentials are used. Source: Vonage's Account API."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import msgspec

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.decoding import decode
from vonage_api.errors import Mismatch
from vonage_api.exchange import FORM, Answer
from vonage_api.money import check_money
from vonage_api.outcomes import Outcome
from vonage_api.pairs import accept_success
from vonage_api.secret import Secret
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_form


class AccountBalance(msgspec.Struct, frozen=True, kw_only=True):
    """value: in EUR, up to 8 decimals, negative when owed. auto_reload: topped up by itself."""

    value: Decimal
    auto_reload: bool = msgspec.field(name="autoReload")

    def __post_init__(self) -> None:
        check_money(self.value)


class AccountSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Where Vonage reports messages to, and how many requests per second it takes.

    mo_callback_url: for inbound messages; dr_callback_url: for delivery receipts; None or empty
    where none is set. max_calls_per_second may be missing in older answers.
    """

    mo_callback_url: str | None = None
    dr_callback_url: str | None = None
    max_outbound_request: int
    max_inbound_request: int
    max_calls_per_second: int | None = None


T = TypeVar("T")

_SHORTEST_TOKEN = 8  # characters; hiding shorter ones would tear an answer's own words

_balance = msgspec.json.Decoder(AccountBalance)
_settings = msgspec.json.Decoder(AccountSettings)


class Account:
    """Calls about the account itself."""

    def __init__(self, transport: Transport, writer: Writer, *, host: str) -> None:
        self._transport = transport
        self._writer = writer
        self._url = f"{host}/account"

    def get_balance(self) -> AccountBalance:
        """Return the balance now. Raises a `VonageError`."""
        body = self._transport.get(f"{self._url}/get-balance", family=Family.ACCOUNT)
        return decode(body, _balance)

    def top_up(self, *, trx: str, before_first_byte: Fence = always) -> Outcome[None]:
        """Add the amount of the payment that switched auto-reload on, once more.

        trx: the reference of that payment. Costs money, and nothing lists it afterwards.
        """
        change = self._change("top-up", as_form(trx=trx), accept_success)
        hiding = replace(change, hidden=(Secret(trx),))  # whoever knows it can make us pay
        return self._writer.send(hiding, before_first_byte=before_first_byte)

    def get_settings(self) -> AccountSettings:
        """Return the settings. Raises a `VonageError`.

        Vonage has no read for them: this sends a change of nothing, once, like every write.
        """
        return self._writer.send(self._change("settings", b"", _any_settings)).get()

    def change_settings(
        self,
        *,
        mo_callback_url: str | None = None,
        dr_callback_url: str | None = None,
        http_forward_method: str | None = None,
        before_first_byte: Fence = always,
    ) -> Outcome[AccountSettings]:
        """Change what is not None; an empty address switches that report off.

        Vonage asks the address itself, which must answer with 200. http_forward_method: one of
        GET_QUERY_PARAMS, POST_QUERY_PARAMS, POST_JSON; it is not shown again.
        """
        form = as_form(
            moCallBackUrl=mo_callback_url,
            drCallBackUrl=dr_callback_url,
            httpForwardMethod=http_forward_method,
        )
        accept = _same_settings(mo_callback_url, dr_callback_url)
        queries = (_query(mo_callback_url), _query(dr_callback_url))
        hidden = tuple(Secret(each) for each in queries if len(each) >= _SHORTEST_TOKEN)
        change = self._change("settings", form, accept, hidden=hidden)
        return self._writer.send(change, before_first_byte=before_first_byte)

    def _change(
        self,
        name: str,
        form: bytes,
        accept: Callable[[Answer], T],
        hidden: tuple[Secret, ...] = (),
    ) -> Change[T]:
        return Change(
            method="POST",
            url=f"{self._url}/{name}",
            family=Family.ACCOUNT,
            body=form,
            media_type=FORM,
            accept=accept,
            legacy=True,
            hidden=hidden,
            confidential=name == "settings",  # addresses are answered with, tokens in them too
        )


def _query(address: str | None) -> str:
    """Return the part of an address in which its owner may keep a token."""
    return (address or "").partition("?")[2]


def _any_settings(answer: Answer) -> AccountSettings:
    return decode(answer.body, _settings)


def _same_settings(mo: str | None, dr: str | None) -> Callable[[Answer], AccountSettings]:
    def accept(answer: Answer) -> AccountSettings:
        found = _any_settings(answer)
        for asked, got in ((mo, found.mo_callback_url), (dr, found.dr_callback_url)):
            if asked is not None and asked != (got or ""):
                raise Mismatch("an address is another one")
        return found

    return accept
