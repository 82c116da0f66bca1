"""What a person is shown of auto-reload."""

from dataclasses import dataclass
from typing import NamedTuple

from accounts.models import Account, Balance
from operations.models import Operation
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from topups import kinds
from topups.alarming import SENTENCES
from topups.models import Alarm, AutoReload, Payment


class Noticed(NamedTuple):
    """That auto-reload stays away, in a sentence. is_off: a person may say that it is meant."""

    sentence: str
    is_off: bool


@dataclass(frozen=True)
class Shown:
    """Auto-reload of one workspace. balance: None where it is not known, or not to be seen."""

    auto_reload: AutoReload
    payment: Payment
    balance: Balance | None
    sees_balance: bool
    alarms: list[Noticed]
    under_way: Operation | None
    last: list[Operation]


LAST = 5
"""So many top-ups are listed."""


def shown(actor: Actor, primary: Account) -> Shown:
    """Return what the page says. Six queries at most."""
    workspace = actor.workspace
    sees = policy.can(actor, Capability.BALANCE_VIEW, primary)
    going_on = _alarms(workspace.pk)
    last = Operation.objects.filter(workspace=workspace, kind=kinds.CODE)
    return Shown(
        auto_reload=AutoReload.objects.filter(pk=workspace.pk).first() or AutoReload(),
        payment=Payment.objects.filter(workspace=workspace).first() or Payment(),
        balance=Balance.objects.filter(pk=primary.pk).first() if sees else None,
        sees_balance=sees,
        alarms=[Noticed(SENTENCES[each], each is Alarm.Kind.OFF) for each in going_on],
        under_way=kinds.open_of(workspace.pk),
        last=list(last.order_by("-created_at", "-pk")[:LAST]),
    )


def has_primary(actor: Actor) -> bool:
    """Return whether the primary account of the workspace was read, whoever may see it."""
    return Account.objects.filter(workspace=actor.workspace, is_primary=True).exists()


def _alarms(workspace_id: int) -> list[Alarm.Kind]:
    going_on = Alarm.objects.filter(workspace=workspace_id, ended_at=None).order_by("began_at")
    return [Alarm.Kind(each) for each in going_on.values_list("kind", flat=True)]
