"""Who is calling: Basic on both hosts; query and form too on the rest host."""

import base64
import binascii
from typing import NamedTuple

from simulator.exchange import Request
from simulator.records import Account
from simulator.state import State


class Credentials(NamedTuple):
    """An API key and its secret, as sent."""

    api_key: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials(api_key={self.api_key!r})"


def caller(state: State, request: Request, *, rest_host: bool = False) -> Account | None:
    """Return the account that calls, or None where credentials are missing or wrong.

    On the rest host `api_key` and `api_secret` may come in the query or the form; Basic wins.
    """
    sent = _basic(request.authorization)
    if sent is None and rest_host and not request.authorization:
        sent = _pair(request.query) or _pair(request.form)
    if sent is None:
        return None
    return state.authenticate(api_key=sent.api_key, secret=sent.secret)


def _basic(header: str) -> Credentials | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    api_key, colon, secret = text.partition(":")
    return Credentials(api_key, secret) if colon else None


def _pair(fields: dict[str, list[str]]) -> Credentials | None:
    if "api_key" not in fields or "api_secret" not in fields:
        return None
    return Credentials(fields["api_key"][0], fields["api_secret"][0])
