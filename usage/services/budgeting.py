"""Setting how many records may be ordered in a month."""

from audit.events import Event
from audit.writing import record
from teams.capabilities import Capability
from teams.policy import Actor, require
from teams.services.turns import turn
from usage.models import Budget

_FIELDS = ("per_month", "per_person")


def of(actor: Actor) -> dict[str, int | None]:
    """Return the limits of the workspace; None where there is none."""
    found = Budget.objects.filter(workspace=actor.workspace).first()
    return {name: getattr(found, name, None) for name in _FIELDS}


def change(actor: Actor, *, per_month: int | None, per_person: int | None) -> None:
    """Set the limits, None for none; nothing is written down where they are that already."""
    with turn(actor) as by:
        require(by, Capability.GUARDRAIL_MANAGE)
        old, new = of(by), {"per_month": per_month, "per_person": per_person}
        if old == new:
            return
        Budget.objects.update_or_create(workspace=by.workspace, defaults=new)
        event = Event.REPORT_BUDGET_CHANGED
        record(event, actor=by.user, workspace=by.workspace, old=old, new=new)
