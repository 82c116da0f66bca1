"""A model column that holds a sealed secret."""

from django.conf import settings
from django.db import models

from vault.sealing import Place, seal, unseal
from vault.secret import Secret


class SealedField(models.BinaryField):  # type: ignore[type-arg] # as in money.fields
    """Holds the sealed record only. `seal_into` and `unseal_from` are the way in and out.

    The model needs a primary key that is known before the row is saved (a UUID) and a
    `workspace_id`, since the record is bound to both.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{**kwargs, "editable": False})  # type: ignore[arg-type] # Django's own


def place_of(row: models.Model, column: str) -> Place:
    """Return the place that records of this row's column are bound to."""
    workspace = str(getattr(row, "workspace_id", ""))
    return Place(row._meta.db_table, column, str(row.pk), workspace)


def seal_into(row: models.Model, column: str, secret: Secret) -> None:
    """Seal `secret` for this row and put the record on it; saving is the caller's.

    Raises `vault.checking.WrongKeysError` where the active key is not the one used before.
    """
    from vault.checking import remember_active  # noqa: PLC0415 - models are read after fields

    remember_active(settings.KEY_RING)
    setattr(row, column, seal(secret, place_of(row, column), settings.KEY_RING))


def unseal_from(row: models.Model, column: str) -> Secret:
    """Return the secret that the row holds; raise `BrokenSealError` or `UnknownKeyError`."""
    return unseal(getattr(row, column), place_of(row, column), settings.KEY_RING)
