"""API secrets, the passwords of an API key. Source: Vonage's Account API, secret management.

Each account has one or two. A primary account also manages those of its subaccounts.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from vonage_api.budget import Family
from vonage_api.classification import Change
from vonage_api.decoding import decode
from vonage_api.errors import Mismatch
from vonage_api.exchange import JSON, Answer, segment
from vonage_api.outcomes import Outcome
from vonage_api.secret import Secret
from vonage_api.times import check_time, read_time
from vonage_api.transport import Transport
from vonage_api.writing import Fence, Writer, always, as_json


class ApiSecret(msgspec.Struct, frozen=True, kw_only=True):
    """That a secret exists. Vonage never shows its value again, so remember its id.

    created_at: as sent, in UTC with seconds; `created` reads it.
    """

    id: Annotated[str, msgspec.Meta(min_length=1)]
    created_at: str

    def __post_init__(self) -> None:
        check_time(self.created_at)

    @property
    def created(self) -> datetime:
        """The time of creation in UTC."""
        return read_time(self.created_at)


class _Embedded(msgspec.Struct):
    secrets: Annotated[tuple[ApiSecret, ...], msgspec.Meta(min_length=1)]  # never none


class _Listing(msgspec.Struct):
    embedded: _Embedded = msgspec.field(name="_embedded")


_listing = msgspec.json.Decoder(_Listing)
_secret = msgspec.json.Decoder(ApiSecret)


class Secrets:
    """Calls about API secrets. api_key: whose; the account's own where none is given."""

    def __init__(self, transport: Transport, writer: Writer, *, host: str, own_key: str) -> None:
        self._transport = transport
        self._writer = writer
        self._host = host
        self._own_key = own_key

    def list(self, api_key: str | None = None) -> tuple[ApiSecret, ...]:
        """Return the account's secrets, one or two. Raises a `VonageError`."""
        body = self._transport.get(self._url(api_key), family=Family.SECRETS)
        return decode(body, _listing).embedded.secrets

    def get(self, secret_id: str, api_key: str | None = None) -> ApiSecret:
        """Return one secret's entry. Raises a `VonageError`, `NotFound` for an unknown id."""
        url = f"{self._url(api_key)}/{segment(secret_id)}"
        return decode(self._transport.get(url, family=Family.SECRETS), _secret)

    def create(
        self, secret: Secret, api_key: str | None = None, *, before_first_byte: Fence = always
    ) -> Outcome[ApiSecret]:
        """Add a second secret: 8 to 25 characters with a lower, an upper and a digit."""
        change = Change(
            method="POST",
            url=self._url(api_key),
            family=Family.SECRETS,
            body=as_json(secret=secret.reveal()),
            media_type=JSON,
            accept=_entry,
            hidden=(secret,),
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def revoke(
        self, secret_id: str, api_key: str | None = None, *, before_first_byte: Fence = always
    ) -> Outcome[None]:
        """Delete a secret. Vonage keeps the last one of an account."""
        change = Change(
            method="DELETE",
            url=f"{self._url(api_key)}/{segment(secret_id)}",
            family=Family.SECRETS,
            accept=_nothing,
        )
        return self._writer.send(change, before_first_byte=before_first_byte)

    def _url(self, api_key: str | None) -> str:
        key = self._own_key if api_key is None else api_key
        return f"{self._host}/accounts/{segment(key)}/secrets"


def _entry(answer: Answer) -> ApiSecret:
    return decode(answer.body, _secret)


def _nothing(answer: Answer) -> None:
    if answer.status != 204 or answer.body:  # noqa: PLR2004 - "No Content"
        raise Mismatch("a deletion is answered with 204 and nothing else")
