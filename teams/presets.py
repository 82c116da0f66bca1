"""The roles that come with the product."""

from dataclasses import dataclass
from functools import cached_property

from teams.capabilities import Mask
from teams.levels import GROUPS, Level, mask_of_levels

_VIEW, _MANAGE, _AUTHORIZE = Level.VIEW, Level.MANAGE, Level.AUTHORIZE


@dataclass(frozen=True)
class Preset:
    """A role by levels. Its code is what grants keep."""

    code: str
    name: str
    description: str
    levels: dict[str, Level]

    @cached_property
    def mask(self) -> Mask:
        """Its capabilities."""
        return mask_of_levels(self.levels)


def _preset(code: str, name: str, description: str, **levels: Level) -> Preset:
    return Preset(code, name, description, levels)


_WATCHES = {"accounts": _VIEW, "balances": _VIEW}

PRESETS: dict[str, Preset] = {
    each.code: each
    for each in (
        _preset(
            "administrator",
            "Administrator",
            "Everything but handing over the workspace.",
            **{code: list(group.masks)[-1] for code, group in GROUPS.items()},
        ),
        _preset(
            "access_administrator",
            "Access administrator",
            "Invites people and looks after their access. No money, no secrets.",
            accounts=_MANAGE,
            balances=_VIEW,
            numbers=_VIEW,
            usage=_VIEW,
            logs=_VIEW,
            activity=_VIEW,
            team=_AUTHORIZE,
        ),
        _preset(
            "finance",
            "Finance",
            "Moves balance and credit, runs reports, sees what things cost.",
            **_WATCHES,
            transfers=_MANAGE,
            alerts=_AUTHORIZE,
            usage=_MANAGE,
            prices=_VIEW,
            resale=_VIEW,
            activity=_VIEW,
        ),
        _preset(
            "approver",
            "Approver",
            "Approves what others ask for, and moves nothing alone.",
            accounts=_VIEW,
            balances=_VIEW,
            transfers=_VIEW,
            approvals=_AUTHORIZE,
            activity=_VIEW,
        ),
        _preset(
            "operator",
            "Operator",
            "Looks after accounts day by day: names, states, money, numbers, secrets.",
            accounts=_AUTHORIZE,
            settings=_MANAGE,
            balances=_VIEW,
            transfers=_MANAGE,
            alerts=_MANAGE,
            secrets=_MANAGE,
            numbers=_MANAGE,
            usage=_VIEW,
            logs=_VIEW,
            activity=_VIEW,
        ),
        _preset(
            "developer",
            "Developer",
            "Builds on accounts: settings, secrets, numbers, logs.",
            **_WATCHES,
            settings=_MANAGE,
            secrets=_AUTHORIZE,
            numbers=_VIEW,
            usage=_VIEW,
            logs=_VIEW,
        ),
        _preset(
            "support",
            "Support",
            "Answers questions: sees figures, numbers and logs, changes nothing.",
            **_WATCHES,
            settings=_VIEW,
            numbers=_VIEW,
            usage=_VIEW,
            logs=_VIEW,
        ),
        _preset(
            "analyst",
            "Analyst",
            "Runs and downloads reports.",
            **_WATCHES,
            usage=_MANAGE,
            prices=_VIEW,
        ),
        _preset(
            "auditor",
            "Auditor",
            "Sees everything that was done and by whom, changes nothing.",
            **_WATCHES,
            settings=_VIEW,
            transfers=_VIEW,
            alerts=_VIEW,
            secrets=_VIEW,
            numbers=_VIEW,
            usage=_VIEW,
            activity=_VIEW,
            team=_VIEW,
            workspace=_VIEW,
        ),
        _preset(
            "customer_admin",
            "Customer admin",
            "A customer who looks after the own accounts and the own people.",
            **_WATCHES,
            settings=_MANAGE,
            transfers=_VIEW,
            alerts=_MANAGE,
            secrets=_MANAGE,
            numbers=_VIEW,
            usage=_MANAGE,
            logs=_VIEW,
            resale=_VIEW,
            activity=_VIEW,
            team=_MANAGE,
        ),
        _preset(
            "customer_viewer",
            "Customer viewer",
            "A customer who looks at the own accounts.",
            **_WATCHES,
            transfers=_VIEW,
            numbers=_VIEW,
            usage=_VIEW,
            resale=_VIEW,
        ),
    )
}
