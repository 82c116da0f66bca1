"""What came of the rotations: what this installation says, and what is true at Vonage."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from django.db import connection as database

from accounts.models import Connection
from api_secrets.models import HeldSecret, Rotation
from drill.admin import Admin
from drill.changes.rotation import waits_for_people
from drill.changes.rotation_judged import Deed, Door, Seen, Turned, weighed
from drill.world import World
from operations.models import Attempt
from subaccounts.models import NewSecret
from vault.fields import unseal_from

OK = 200


def judged(world: World, admin: Admin, taken: Path) -> dict[str, Any]:
    """Return the figures of the gate. taken: what people were shown, rotation by rotation."""
    rotations = list(Rotation.objects.select_related("account", "added", "revoked").order_by("pk"))
    values = _values(taken)
    deeds = [_deed(each) for each in admin.deeds("create secret", "revoke secret")]
    seen = Seen(
        rotations=[_turned(each) for each in rotations],
        deeds=deeds,
        live=admin.secrets(),
        doors=[*_doors(world), *_doors_of_users(rotations, values, deeds)],
        leaked=_leaked(_secrets_known(values)),
    )
    return {
        **weighed(seen),
        "writes": Attempt.objects.filter(
            wire_at__isnull=False, operation__kind__in=("add_secret", "revoke_secret")
        ).count(),
    }


def _values(taken: Path) -> dict[int, str]:
    """Return the secrets that were shown, and those that wait to be, by rotation."""
    lines = taken.read_text().split() if taken.exists() else []
    shown = {int(pk): value for pk, value in (line.split(":", 1) for line in lines)}
    waiting = NewSecret.objects.filter(operation__rotation__isnull=False)
    for row in waiting.select_related("operation__rotation"):
        shown[row.operation.rotation.pk] = unseal_from(row, "api_secret").reveal()
    return shown


def _turned(rotation: Rotation) -> Turned:
    added, revoked = rotation.added, rotation.revoked
    is_open = rotation.ended_at is None
    waits = is_open and waits_for_people(rotation)
    return Turned(
        pk=rotation.pk,
        key=rotation.account.api_key,
        replaces=rotation.replaces,
        old_id=rotation.old_id,
        new_id=added.remote_id if added else "",
        added=added.state if added else "",
        revoked=revoked.state if revoked else "",
        proved_at=rotation.proved_at,
        end=("people" if waits else "open") if is_open else rotation.end,
        detail=rotation.detail,
        is_own=rotation.account.is_primary,
    )


def _deed(entry: dict[str, Any]) -> Deed:
    (changed,) = [each for each in entry["changes"] if each["table"] == "accounts"]
    before, after = (
        {each["id"] for each in changed[side]["secrets"]} for side in ("before", "after")
    )
    (secret_id,) = before ^ after
    return Deed(
        key=changed["key"],
        secret_id=secret_id,
        is_new=secret_id in after,
        at=datetime.fromisoformat(entry["at"]),
    )


def _doors(world: World) -> list[Door]:
    """Try what this workspace signs in with."""
    own = Connection.objects.get(workspace=world.actor.workspace)
    held = HeldSecret.objects.select_related("account")
    return [
        Door(
            "connection", own.api_key, _opens(own.api_key, unseal_from(own, "api_secret").reveal())
        ),
        *(
            Door(
                "held",
                each.account.api_key,
                _opens(each.account.api_key, unseal_from(each, "api_secret").reveal()),
            )
            for each in held
        ),
    ]


def _doors_of_users(
    rotations: list[Rotation], values: dict[int, str], deeds: list[Deed]
) -> list[Door]:
    """Try each secret that somebody has, or can have, unless a later rotation has revoked it."""
    gone = {each.secret_id for each in deeds if not each.is_new}
    last = {each.account_id: each.pk for each in rotations}
    doors = []
    for each in rotations:
        if each.pk not in values or (each.added and each.added.remote_id in gone):
            continue
        if each.proved_at or each.pk == last[each.account_id]:
            key = each.account.api_key
            is_taken = each.added is not None and each.added.state == "succeeded"
            if is_taken:
                doors.append(Door(f"rotation {each.pk}", key, _opens(key, values[each.pk])))
    return doors


def _opens(api_key: str, value: str) -> bool:
    url = f"{os.environ['VONAGE_REST_URL']}/account/get-balance"
    return requests.get(url, auth=(api_key, value), timeout=10).status_code == OK


def _secrets_known(values: dict[int, str]) -> list[str]:
    """Return the plain values of all secrets that were made here, as far as anybody has them."""
    sealed = (*Connection.objects.all(), *HeldSecret.objects.all(), *NewSecret.objects.all())
    return [*values.values(), *(unseal_from(each, "api_secret").reveal() for each in sealed)]


def _leaked(values: list[str]) -> list[str]:
    """Return the tables in which a secret stands in plain text."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")  # noqa: S608 - its own names
            text = "\n".join(_text(cell) for row in cursor.fetchall() for cell in row)
            found += [table for value in values if value in text]
    return sorted(set(found))


def _text(cell: object) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("latin-1")
    return str(cell)
