"""Tells whether the key ring is the one that this database was sealed with."""

from collections.abc import Iterator

from vault.keyring import KeyRing
from vault.models import KeyCheck


class WrongKeysError(Exception):
    """ENCRYPTION_KEYS does not fit this database; nothing was changed."""


def check_keys(ring: KeyRing) -> None:
    """Raise `WrongKeysError` when a key that sealed something here is missing or differs."""
    faults = list(_faults(ring))
    if faults:
        raise WrongKeysError("ENCRYPTION_KEYS does not fit this database: " + "; ".join(faults))


def remember_active(ring: KeyRing) -> None:
    """Remember the key that is about to seal something, or raise `WrongKeysError`."""
    known, _ = KeyCheck.objects.get_or_create(
        key_id=ring.active, defaults={"value": ring.check_value(ring.active)}
    )
    if known.value != ring.check_value(ring.active):
        raise WrongKeysError(f"the key {ring.active!r} is not the one that was used before")


def _faults(ring: KeyRing) -> Iterator[str]:
    for known in KeyCheck.objects.order_by("key_id"):
        if known.key_id not in ring.keys:
            yield f"the key {known.key_id!r} is missing"
        elif ring.check_value(known.key_id) != known.value:
            yield f"the key {known.key_id!r} is not the one that was used before"
