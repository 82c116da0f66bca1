"""The keys that seal stored secrets. They come from the environment and are nowhere else."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import NoReturn

KEY_BYTES = 32
_EXAMPLE = "id:key with key = 32 random bytes in URL-safe base64; `./run` makes one"


class UnknownKeyError(Exception):
    """A record was sealed with a key that is not on the ring."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id. The active one seals, all of them open."""

    active: str
    keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, value: str) -> "KeyRing":
        """Return the ring of `id:base64,id:base64`; the first is active. Raise `ValueError`."""
        pairs = [part.strip().partition(":") for part in value.split(",") if part.strip()]
        if not pairs:
            raise ValueError(f"no key is given: {_EXAMPLE}")
        keys = {name: _key(name, encoded) for name, _, encoded in pairs}
        if len(keys) != len(pairs):
            raise ValueError("two keys have the same id")
        return cls(active=pairs[0][0], keys=keys)

    def key(self, key_id: str) -> bytes:
        """Return the key with this id or raise `UnknownKeyError`."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise UnknownKeyError(f"the key {key_id!r} is not in ENCRYPTION_KEYS") from None

    def check_value(self, key_id: str) -> str:
        """Return 16 hex digits that tell whether a key is the right one without betraying it."""
        return hmac.new(self.key(key_id), b"switchboard key check", hashlib.sha256).hexdigest()[:16]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key ring is not to be pickled")


def _key(name: str, encoded: str) -> bytes:
    if not name.isalnum():
        raise ValueError(f"a key id has letters and digits only: {_EXAMPLE}")
    try:
        key = base64.urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key {name!r} is not {KEY_BYTES} bytes: {_EXAMPLE}")
    return key
