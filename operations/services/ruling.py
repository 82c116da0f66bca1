"""Changing what needs an approval, and what nobody may go below."""

from typing import Any

from audit.events import Event
from audit.writing import record
from operations.models import Policy
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn

_GUARDED = {"primary_keeps": Capability.GUARDRAIL_MANAGE}


def change(actor: Actor, **values: Any) -> Policy:
    """Set these rules of the workspace, and write down what was before.

    Raises `MissingCapabilityError` for what is not the person's to set.
    """
    with turn(actor) as now:
        rules = Policy.objects.filter(pk=now.workspace.pk).first()
        rules = rules or Policy(workspace=now.workspace)
        changed = {name: value for name, value in values.items() if getattr(rules, name) != value}
        for name in changed:
            policy.require(now, _GUARDED.get(name, Capability.APPROVAL_POLICY))
        old = {name: getattr(rules, name) for name in changed}
        for name, value in changed.items():
            setattr(rules, name, value)
        rules.full_clean(exclude=["workspace"])
        rules.save()
        if changed:
            record(
                Event.POLICY_CHANGED,
                actor=now.user,
                workspace=now.workspace,
                old=old,
                new=changed,
            )
    return rules
