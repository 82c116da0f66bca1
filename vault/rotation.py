"""Sealing everything again under the active key, in small steps that may be interrupted."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db import models

from vault.fields import SealedField, place_of
from vault.keyring import KeyRing
from vault.sealing import key_id_of, seal, unseal

BATCH = 200


def rotate(ring: KeyRing | None = None) -> int:
    """Seal every record that is not under the active key again; return how many.

    Row by row, by conditional update: a process killed in the middle leaves rows under the old or
    the new key, all of them readable, and a secret that somebody changes meanwhile stays theirs.
    Each new record is opened once before it replaces the old one.
    """
    from vault.checking import remember_active  # noqa: PLC0415 - as below

    ring = ring or settings.KEY_RING
    remember_active(ring)
    return sum(_rotate_column(model, column, ring) for model, column in sealed_columns())


def left(ring: KeyRing | None = None) -> int:
    """Return how many records still need a key other than the active one."""
    active = (ring or settings.KEY_RING).active
    return sum(
        key_id_of(getattr(row, column)) != active
        for model, column in sealed_columns()
        for row in _filled(model, column)
    )


def forget_unused(ring: KeyRing | None = None) -> None:
    """Forget the check values of keys that nothing is sealed with any more."""
    from vault.models import KeyCheck  # noqa: PLC0415 - this module is read before the apps are

    ring = ring or settings.KEY_RING
    if not left(ring):
        KeyCheck.objects.exclude(key_id=ring.active).delete()


def sealed_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield each model with a sealed column, and the column's name."""
    for model in apps.get_models():
        for each in model._meta.get_fields():
            if isinstance(each, SealedField):
                yield model, each.attname


def _filled(model: type[models.Model], column: str) -> Iterator[models.Model]:
    rows = model._default_manager.exclude(**{f"{column}__isnull": True})
    yield from rows.order_by("pk").iterator(chunk_size=BATCH)


def _rotate_column(model: type[models.Model], column: str, ring: KeyRing) -> int:
    rows = (row for row in _filled(model, column) if key_id_of(getattr(row, column)) != ring.active)
    return sum(_rotate_row(row, column, ring) for row in rows)


def _rotate_row(row: models.Model, column: str, ring: KeyRing) -> int:
    old, place = getattr(row, column), place_of(row, column)
    secret = unseal(old, place, ring)
    new = seal(secret, place, ring)
    if unseal(new, place, ring).reveal() != secret.reveal():
        raise RuntimeError("a freshly sealed record does not open")
    unchanged = type(row)._default_manager.filter(pk=row.pk, **{column: old})
    return unchanged.update(**{column: new})
