"""One spelling for each value, so that the same entry always has the same hash."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Found inside a word, too: people write `newpassword`.
_SECRET_PARTS = (
    *("password", "passwd", "passphrase", "secret", "token"),
    *("credential", "cookie", "authorization", "private"),
)
_SECRET_WORDS = frozenset(["pin", "pwd", "otp", "totp", "seed", "signature", "hash", "digest"])
_ABOUT_A_SECRET = frozenset({"id", "ids", "at", "count"})
_KEYS = frozenset({"key", "keys"})
_PUBLIC_KEYS = frozenset({"api", "public"})


class SecretInAuditError(ValueError):
    """A field named like a secret was to be written into the audit book; take it out."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the field {name!r} is named like a secret and must not stand in the audit book; "
            "record an id, a time or a count instead"
        )


def canonical(value: Any) -> str:
    """Return the one JSON text of `value`: keys sorted, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: Any) -> Any:
    """Return `value` as what JSON and both databases give back unchanged.

    Decimals, times (in UTC), dates and UUIDs become text; sets become sorted lists. Raises
    `SecretInAuditError` for a field named like a secret, and `TypeError` for what has no exact
    form: floats, bytes, times without a zone, models, `vault.secret.Secret`.
    """
    if isinstance(value, Mapping):
        return {_name(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(each) for each in value), key=canonical)
    return _scalar(value)


def text_of(value: str) -> str:
    """Return text as both databases can hold it: NUL and lone surrogates are written out."""
    if not isinstance(value, str):
        raise TypeError(f"text is wanted here, not {type(value).__name__}")
    storable = str(value).encode("utf-8", "backslashreplace").decode()
    return storable.replace("\0", "\\x00")


def utc(moment: datetime) -> str:
    """Return the time in UTC to the microsecond; raise `TypeError` where it has no zone."""
    if moment.tzinfo is None:
        raise TypeError("a time without a zone does not say when it was")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def is_named_like_a_secret(name: str) -> bool:
    """Return whether a field of this name could hold a secret.

    `secret_id` and `token_count` are about a secret and hold none; `api_key` is Vonage's name of
    an account. Every other `..._key` is one.
    """
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    if words[-1] in _KEYS:
        return words[-2:-1] == [] or words[-2] not in _PUBLIC_KEYS
    return any(_is_secret(word) for word in words)


def _is_secret(word: str) -> bool:
    return word in _SECRET_WORDS or any(part in word for part in _SECRET_PARTS)


def _name(name: Any) -> str:
    storable = text_of(name)
    if is_named_like_a_secret(storable):
        raise SecretInAuditError(storable)
    return storable


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, Decimal | date | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no exact form for the audit book")
