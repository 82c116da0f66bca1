"""Every right there is, `noun.verb`, and sets of them as whole numbers.

A set of rights is a number with one bit for each: databases and pages compare such sets in one
step. A capability's bit is written beside it and never given to another, since roles are stored
as these numbers.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import cache
from typing import Self

Mask = int
"""A set of capabilities: the sum of their bits."""


class Capability(StrEnum):
    """One atomic right. The description is what a person reads when it is missing."""

    bit: Mask
    description: str

    def __new__(cls, place: int, code: str, description: str) -> Self:
        """Keep the bit and the description beside the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.bit = 1 << place
        member.description = description
        return member

    # On accounts.
    ACCOUNT_VIEW = 0, "account.view", "see accounts"
    ACCOUNT_RENAME = 1, "account.rename", "rename accounts"
    ACCOUNT_TAG = 2, "account.tag", "put tags on accounts"
    ACCOUNT_SUSPEND = 3, "account.suspend", "suspend accounts"
    ACCOUNT_RESUME = 4, "account.resume", "resume suspended accounts"
    SETTINGS_VIEW = 5, "settings.view", "see the settings of accounts"
    SETTINGS_CHANGE = 6, "settings.change", "change the settings of accounts"
    BALANCE_VIEW = 7, "balance.view", "see balances and credit limits"
    BALANCE_HISTORY = 8, "balance.history", "see how balances developed"
    TRANSFER_VIEW = 9, "transfer.view", "see transfers"
    TRANSFER_BALANCE_GIVE = 10, "transfer.balance.give", "move balance to accounts"
    TRANSFER_BALANCE_TAKE = 11, "transfer.balance.take", "move balance from accounts"
    TRANSFER_CREDIT_GIVE = 12, "transfer.credit.give", "move credit to accounts"
    TRANSFER_CREDIT_TAKE = 13, "transfer.credit.take", "move credit from accounts"
    TRANSFER_NUMBER = 14, "transfer.number", "move phone numbers between accounts"
    TRANSFER_AUTHORIZE = 15, "transfer.authorize", "approve transfers that others asked for"
    ALERT_VIEW = 16, "alert.view", "see alerts"
    ALERT_MANAGE = 17, "alert.manage", "define alerts"
    REFILL_MANAGE = 18, "refill.manage", "define refills"
    CAP_MANAGE = 19, "cap.manage", "define caps"
    SECRET_VIEW = 20, "secret.view", "see which API secrets there are"
    SECRET_CREATE = 21, "secret.create", "create API secrets"
    SECRET_REVEAL = 22, "secret.reveal", "read API secrets"
    SECRET_HANDOVER = 23, "secret.handover", "hand API secrets over to customers"
    SECRET_REVOKE = 24, "secret.revoke", "revoke API secrets"
    NUMBER_VIEW = 25, "number.view", "see phone numbers"
    USAGE_VIEW = 26, "usage.view", "see usage"
    REPORT_RUN = 27, "report.run", "order reports"
    REPORT_EXPORT = 28, "report.export", "download reports"
    LOG_VIEW = 29, "log.view", "search the logs of messages and calls"
    LOG_PERSONAL = 30, "log.personal", "see personal data in logs"
    PRICING_COST = 31, "pricing.cost", "see what Vonage charges"
    AUDIT_VIEW = 32, "audit.view", "see what was done to accounts"
    PRICING_RESALE = 50, "pricing.resale", "see resale prices"

    # In the workspace as a whole.
    SUBACCOUNT_CREATE = 33, "subaccount.create", "create subaccounts"
    SUBACCOUNT_OWN_BALANCE = (
        34,
        "subaccount.own_balance",
        "switch subaccounts to a balance of their own",
    )
    BULK_RUN = 35, "bulk.run", "change many accounts at once"
    TAG_DEFINE = 36, "tag.define", "define tags"
    TOPUP_TRIGGER = 37, "topup.trigger", "top up the primary account"
    TEAM_VIEW = 38, "team.view", "see the team"
    TEAM_INVITE = 39, "team.invite", "invite people"
    TEAM_MANAGE = 40, "team.manage", "change what people may do"
    TEAM_REMOVE = 41, "team.remove", "remove people from the team"
    ROLE_MANAGE = 42, "role.manage", "define roles"
    APPROVAL_POLICY = 43, "approval.policy", "decide what needs an approval"
    GUARDRAIL_MANAGE = 44, "guardrail.manage", "set the guardrails of the workspace"
    WORKSPACE_SETTINGS = 45, "workspace.settings", "change the settings of the workspace"
    CONNECTION_MANAGE = 46, "connection.manage", "connect the workspace to Vonage"
    AUDIT_ALL = 47, "audit.all", "see everything that was done in the workspace"
    AUDIT_EXPORT = 48, "audit.export", "export the activity"
    VIEW_AS = 49, "view_as", "look at the workspace with another member's eyes"

    @property
    def is_on_accounts(self) -> bool:
        """Held on each account for itself, and not in the workspace as a whole."""
        return self not in _IN_THE_WORKSPACE


_IN_THE_WORKSPACE = frozenset(
    {
        Capability.SUBACCOUNT_CREATE,
        Capability.SUBACCOUNT_OWN_BALANCE,
        Capability.BULK_RUN,
        Capability.TAG_DEFINE,
        Capability.TOPUP_TRIGGER,
        Capability.TEAM_VIEW,
        Capability.TEAM_INVITE,
        Capability.TEAM_MANAGE,
        Capability.TEAM_REMOVE,
        Capability.ROLE_MANAGE,
        Capability.APPROVAL_POLICY,
        Capability.GUARDRAIL_MANAGE,
        Capability.WORKSPACE_SETTINGS,
        Capability.CONNECTION_MANAGE,
        Capability.AUDIT_ALL,
        Capability.AUDIT_EXPORT,
        Capability.VIEW_AS,
    }
)

NOTHING: Mask = 0


def mask_of(capabilities: Iterable[Capability]) -> Mask:
    """Return the set of these capabilities."""
    mask = NOTHING
    for each in capabilities:
        mask |= each.bit
    return mask


EVERYTHING: Mask = mask_of(Capability)
ON_ACCOUNTS: Mask = mask_of(each for each in Capability if each.is_on_accounts)

NEEDS_SECOND_FACTOR: Mask = mask_of(
    each
    for each in Capability
    if each.value.startswith(("transfer.balance", "transfer.credit", "secret.", "team.", "role."))
    and each not in {Capability.SECRET_VIEW, Capability.TEAM_VIEW}
) | mask_of(
    (
        Capability.TRANSFER_NUMBER,
        Capability.TRANSFER_AUTHORIZE,
        Capability.REFILL_MANAGE,
        Capability.SUBACCOUNT_CREATE,
        Capability.SUBACCOUNT_OWN_BALANCE,
        Capability.BULK_RUN,
        Capability.TOPUP_TRIGGER,
        Capability.APPROVAL_POLICY,
        Capability.GUARDRAIL_MANAGE,
        Capability.WORKSPACE_SETTINGS,
        Capability.CONNECTION_MANAGE,
    )
)
"""Moving money, seeing secrets, managing people: nobody does that with a password alone."""


def capabilities_in(mask: Mask) -> Iterator[Capability]:
    """Yield the capabilities of a set, in their order."""
    return (each for each in Capability if each.bit & mask)


@cache
def codes_of(mask: Mask) -> list[str]:
    """Return the codes of a set, as they stand in the audit book."""
    return [each.value for each in capabilities_in(mask)]
