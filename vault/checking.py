"""Tells whether the key ring is the one that this database was sealed with."""

from collections.abc import Iterator

from django.db import transaction

from vault.keyring import KeyRing
from vault.models import KeyCheck


class WrongKeysError(Exception):
    """ENCRYPTION_KEYS does not fit this database; nothing was changed."""


def check_keys(ring: KeyRing) -> None:
    """Compare `ring` with what this database knows, and remember keys that are new to it.

    Raises `WrongKeysError` when a key that sealed something is missing or differs.
    """
    faults = list(_faults(ring))
    if faults:
        raise WrongKeysError("ENCRYPTION_KEYS does not fit this database: " + "; ".join(faults))
    _remember(ring)


def _faults(ring: KeyRing) -> Iterator[str]:
    for known in KeyCheck.objects.order_by("key_id"):
        if known.key_id not in ring.keys:
            yield f"the key {known.key_id!r} is missing"
        elif ring.check_value(known.key_id) != known.value:
            yield f"the key {known.key_id!r} is not the one that was used before"


@transaction.atomic
def _remember(ring: KeyRing) -> None:
    KeyCheck.objects.bulk_create(
        [KeyCheck(key_id=name, value=ring.check_value(name)) for name in ring.keys],
        ignore_conflicts=True,
    )
