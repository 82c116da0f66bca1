"""What came of the moves: what this installation says, and what is true at Vonage."""

import time
from datetime import datetime
from typing import Any

from accounts.models import Account
from drill.admin import Admin
from drill.changes.numbers import readable
from drill.changes.numbers_judged import Deed, Move, Seen, weighed
from drill.world import World
from operations.models import Attempt, Operation, Transition
from phone_numbers.models import Number
from phone_numbers.services import reading

AGAIN = 10
"""So often a list is tried that somebody who died has claimed."""


def judged(world: World, admin: Admin) -> dict[str, Any]:
    """Return the figures of the gate."""
    for account in readable(world):
        _read(account)
    entries = admin.deeds("give number", "transfer number")
    deeds, owners = _truth(entries)
    mirror: dict[str, list[str]] = {}
    rows = Number.objects.filter(msisdn__in=owners).values_list("msisdn", "account__api_key")
    for msisdn, key in rows:
        mirror.setdefault(msisdn, []).append(key)
    seen = Seen(
        moves=_moves(),
        deeds=deeds,
        owners=owners,
        mirror=mirror,
        readable={each.api_key for each in readable(world) if not each.is_primary},
    )
    return {
        **weighed(seen),
        "writes": Attempt.objects.filter(
            wire_at__isnull=False, operation__kind="transfer_number"
        ).count(),
    }


def _read(account: Account) -> None:
    for _ in range(AGAIN):
        try:
            reading.read(account)
        except reading.BusyError:
            time.sleep(1)
        else:
            return
    raise RuntimeError("a list is claimed for too long")


def _truth(entries: list[dict[str, Any]]) -> tuple[list[Deed], dict[str, str | None]]:
    deeds, owners = [], {}
    for entry in entries:
        for change in entry["changes"]:
            if change["table"] != "numbers":
                continue
            before, after = change["before"] or {}, change["after"] or {}
            owners[change["key"]] = after.get("owner")
            if entry["act"] == "transfer number":
                at = datetime.fromisoformat(entry["at"])
                deeds.append(Deed(change["key"], before["owner"], after["owner"], at))
    return deeds, owners


def _moves() -> list[Move]:
    written = dict(Transition.objects.filter(version=1).values_list("operation_id", "at"))
    rows = Operation.objects.filter(kind="transfer_number").select_related("account")
    return [
        Move(
            reference=each.reference,
            msisdn=each.wanted["msisdn"],
            from_key=each.from_key,
            to_key=each.to_key,
            subaccount=each.account.api_key if each.account else "",
            state=each.state,
            asked_at=written[each.pk],
            closed_at=each.closed_at,
        )
        for each in rows
    ]
