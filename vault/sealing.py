"""Sealing: AES-256-GCM under a key of its own for each secret, wrapped by the key ring.

A record is bound to the table, column, row and workspace it was made for: moved elsewhere it
does not open. Layout: version (1 byte), length of the key id (1), key id, nonce (12) and wrapped
data key (48), nonce (12) and ciphertext.
"""

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.keyring import KEY_BYTES, KeyRing
from vault.secret import Secret

VERSION = 1
_NONCE = 12
_WRAPPED = KEY_BYTES + 16


class BrokenSealError(Exception):
    """The record was changed, cut, moved from another row, or sealed with another key."""


@dataclass(frozen=True)
class Place:
    """Where a record belongs; it opens nowhere else."""

    table: str
    column: str
    pk: str
    workspace: str

    def bound(self, key_id: str) -> bytes:
        """Return the associated data of the encryption."""
        parts = (f"v{VERSION}", self.table, self.column, self.pk, self.workspace, key_id)
        return "/".join(parts).encode()


def seal(secret: Secret, place: Place, ring: KeyRing) -> bytes:
    """Return the record of `secret` for `place`, under the ring's active key."""
    data_key = os.urandom(KEY_BYTES)
    ciphertext = _encrypt(data_key, secret.reveal().encode(), place.bound(ring.active))
    return _head(data_key, place, ring) + ciphertext


def unseal(record: bytes, place: Place, ring: KeyRing) -> Secret:
    """Return the secret of `record`; raise `BrokenSealError`, or `UnknownKeyError`."""
    key_id, wrapped, ciphertext = _split(record)
    bound = place.bound(key_id)
    data_key = _decrypt(ring.key(key_id), wrapped, bound)
    return Secret(_decrypt(data_key, ciphertext, bound).decode())


def key_id_of(record: bytes) -> str:
    """Return the id of the key that wraps the record's data key."""
    return _split(record)[0]


def _head(data_key: bytes, place: Place, ring: KeyRing) -> bytes:
    key_id = ring.active.encode()
    wrapped = _encrypt(ring.key(ring.active), data_key, place.bound(ring.active))
    return bytes([VERSION, len(key_id)]) + key_id + wrapped


def _split(record: bytes) -> tuple[str, bytes, bytes]:
    """Return key id, wrapped data key and ciphertext of a record."""
    record = bytes(record)
    if len(record) < 2 or record[0] != VERSION:  # noqa: PLR2004 - version and length byte
        raise BrokenSealError("this is not a sealed record")
    start = 2 + record[1]
    middle = start + _NONCE + _WRAPPED
    if len(record) <= middle + _NONCE:
        raise BrokenSealError("the sealed record is cut")
    try:
        key_id = record[2:start].decode("ascii")
    except UnicodeDecodeError:
        raise BrokenSealError("the sealed record is damaged") from None
    return key_id, record[start:middle], record[middle:]


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
    except InvalidTag:
        raise BrokenSealError("the sealed record does not belong here or was changed") from None
