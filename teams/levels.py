"""Rights as people see them: groups with levels, never single codes.

Each level holds what the ones below it hold, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from operator import or_

from teams.capabilities import NOTHING, Capability, Mask, mask_of

_C = Capability


class Level(StrEnum):
    """How far a right goes."""

    NONE = "none"
    VIEW = "view"
    MANAGE = "manage"
    AUTHORIZE = "authorize"


@dataclass(frozen=True)
class Group:
    """What belongs together on screen: what each level adds to the one before."""

    code: str
    name: str
    adds: Mapping[Level, tuple[Capability, ...]]

    @cached_property
    def masks(self) -> dict[Level, Mask]:
        """The whole set of each level, from none upwards."""
        sums = accumulate(map(mask_of, self.adds.values()), or_)
        return {Level.NONE: NOTHING, **dict(zip(self.adds, sums, strict=True))}

    @property
    def whole(self) -> Mask:
        """Everything of the group."""
        return list(self.masks.values())[-1]

    def level_in(self, mask: Mask) -> Level:
        """Return the highest level that the set holds whole."""
        held = [level for level, needed in self.masks.items() if needed & mask == needed]
        return held[-1]

    def is_partly_above(self, mask: Mask) -> bool:
        """Return whether the set holds something of the group beyond its level."""
        return bool(mask & self.whole & ~self.masks[self.level_in(mask)])


def _group(code: str, name: str, **adds: tuple[Capability, ...]) -> Group:
    return Group(code, name, {Level(level): added for level, added in adds.items()})


GROUPS: dict[str, Group] = {
    each.code: each
    for each in (
        _group(
            "accounts",
            "Accounts",
            view=(_C.ACCOUNT_VIEW,),
            manage=(_C.ACCOUNT_RENAME, _C.ACCOUNT_TAG),
            authorize=(_C.ACCOUNT_SUSPEND, _C.ACCOUNT_RESUME),
        ),
        _group(
            "settings", "Account settings", view=(_C.SETTINGS_VIEW,), manage=(_C.SETTINGS_CHANGE,)
        ),
        _group("balances", "Balances", view=(_C.BALANCE_VIEW, _C.BALANCE_HISTORY)),
        _group(
            "transfers",
            "Transfers",
            view=(_C.TRANSFER_VIEW,),
            manage=(
                _C.TRANSFER_BALANCE_GIVE,
                _C.TRANSFER_BALANCE_TAKE,
                _C.TRANSFER_CREDIT_GIVE,
                _C.TRANSFER_CREDIT_TAKE,
            ),
        ),
        # Apart from the transfers, so that who approves need not be able to move anything.
        _group("approvals", "Approving transfers", authorize=(_C.TRANSFER_AUTHORIZE,)),
        _group(
            "alerts",
            "Alerts and refills",
            view=(_C.ALERT_VIEW,),
            manage=(_C.ALERT_MANAGE,),
            authorize=(_C.REFILL_MANAGE, _C.CAP_MANAGE),
        ),
        _group(
            "secrets",
            "API secrets",
            view=(_C.SECRET_VIEW,),
            manage=(_C.SECRET_CREATE, _C.SECRET_HANDOVER, _C.SECRET_REVOKE),
            authorize=(_C.SECRET_REVEAL,),
        ),
        _group("numbers", "Phone numbers", view=(_C.NUMBER_VIEW,), manage=(_C.TRANSFER_NUMBER,)),
        _group(
            "usage",
            "Usage and reports",
            view=(_C.USAGE_VIEW,),
            manage=(_C.REPORT_RUN, _C.REPORT_EXPORT),
        ),
        _group("logs", "Logs", view=(_C.LOG_VIEW,), authorize=(_C.LOG_PERSONAL,)),
        _group("prices", "Vonage's prices", view=(_C.PRICING_COST,)),
        _group("resale", "Resale prices", view=(_C.PRICING_RESALE,)),
        _group("activity", "Activity on accounts", view=(_C.AUDIT_VIEW,)),
        _group(
            "subaccounts",
            "Subaccounts as a whole",
            manage=(_C.SUBACCOUNT_CREATE, _C.TAG_DEFINE),
            authorize=(_C.SUBACCOUNT_OWN_BALANCE, _C.BULK_RUN, _C.TOPUP_TRIGGER),
        ),
        _group(
            "team",
            "Team",
            view=(_C.TEAM_VIEW,),
            manage=(_C.TEAM_INVITE, _C.TEAM_MANAGE, _C.TEAM_REMOVE),
            authorize=(_C.ROLE_MANAGE, _C.VIEW_AS),
        ),
        _group(
            "workspace",
            "Workspace",
            view=(_C.AUDIT_ALL, _C.AUDIT_EXPORT),
            manage=(_C.WORKSPACE_SETTINGS, _C.CONNECTION_MANAGE),
            authorize=(_C.APPROVAL_POLICY, _C.GUARDRAIL_MANAGE),
        ),
    )
}


def mask_of_levels(levels: Mapping[str, Level]) -> Mask:
    """Return the set of these levels by group; groups left out give nothing.

    Whoever may do something with accounts also sees them: nothing else would make sense.
    """
    mask = NOTHING
    for code, level in levels.items():
        mask |= GROUPS[code].masks[level]
    return complete(mask)


def complete(mask: Mask) -> Mask:
    """Return the set with the sight of the accounts that it is about."""
    return mask | Capability.ACCOUNT_VIEW.bit if mask else NOTHING


def levels_in(mask: Mask) -> Iterator[tuple[Group, Level]]:
    """Yield each group with the level that the set holds of it."""
    return ((group, group.level_in(mask)) for group in GROUPS.values())
