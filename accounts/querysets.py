"""Accounts in words of the trade. Every list starts at the person."""

from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, Self

from django.db import models
from django.db.models import F, Q

from accounts import search
from teams import policy
from teams.capabilities import Capability
from teams.models import Reach


class Kind(Enum):
    """What a person can see: the form of the condition."""

    EVERYTHING = "all accounts"
    SUBACCOUNTS = "all subaccounts"
    SUBACCOUNTS_AND_REACHED = "all subaccounts, and the primary account where a grant reaches it"
    REACHED = "what some grants reach"


class Sight(NamedTuple):
    """The accounts on which one person holds one capability."""

    workspace: int
    member: int | None
    extent: policy.Extent

    @property
    def kind(self) -> Kind:
        """The form of the condition."""
        if self.extent.everything:
            return Kind.EVERYTHING
        if not self.extent.subaccounts:
            return Kind.REACHED
        return Kind.SUBACCOUNTS_AND_REACHED if self.extent.grants else Kind.SUBACCOUNTS

    @property
    def values(self) -> tuple[int, int | None, int]:
        """The values in it."""
        return self.workspace, self.member, self.extent.grants


class AccountQuerySet(models.QuerySet[Any]):
    """Chainable filters."""

    # Whose accounts these are, and which; unknown after any further filter.
    sight: Sight | None = None

    def visible_to(self, actor: policy.Actor, capability: Capability) -> Self:
        """Return the accounts of the actor's workspace on which the actor holds the capability."""
        extent = actor.extent(capability)
        if extent.is_empty:
            return self.none()
        sight = Sight(actor.workspace.pk, actor.member_id, extent)
        visible = self.within(sight.kind, *sight.values)
        visible.sight = sight
        return visible

    def within(self, kind: Kind, workspace: Any, member: Any, grants: Any) -> Self:
        """Return the accounts in a sight of this kind. The values may be stand-ins.

        Everything that shows accounts to people comes through here.
        """
        accounts = self.filter(workspace=workspace)
        if kind is Kind.EVERYTHING:
            return accounts
        if kind is Kind.REACHED:
            return accounts.filter(reach__member=member, reach__grants__shares=grants)
        if kind is Kind.SUBACCOUNTS:
            return accounts.filter(is_primary=False)
        # Of all that the grants reach, only the primary account is not among the subaccounts.
        reached = Reach.objects.filter(
            member=member,
            grants__shares=grants,
            account__workspace=workspace,
            account__is_primary=True,
        )
        return accounts.filter(Q(is_primary=False) | Q(pk__in=reached.values("account")))

    def listed(self) -> Self:
        """Return the accounts that Vonage lists today."""
        return self.filter(vanished_at=None)

    def active(self) -> Self:
        """Return accounts that are listed and not suspended."""
        return self.listed().filter(suspended=False)

    def suspended(self) -> Self:
        """Return accounts that are suspended."""
        return self.listed().filter(suspended=True)

    def vanished(self) -> Self:
        """Return accounts that Vonage no longer lists."""
        return self.filter(vanished_at__isnull=False)

    def below(self, spendable: Decimal) -> Self:
        """Return accounts with a balance of their own that can spend less than `spendable` EUR."""
        return self.filter(own_balance__spendable__lt=spendable)

    def negative(self) -> Self:
        """Return accounts whose own balance is below zero."""
        return self.filter(own_balance__balance__lt=0)

    def with_spendable(self) -> Self:
        """Return accounts that have a figure to be sorted by.

        The workspace stands in both tables, and the index by the figure begins with it.
        """
        spendable = self.filter(own_balance__spendable__isnull=False)
        return spendable.filter(own_balance__workspace=F("workspace"))

    def matching(self, how: search.How, low: Any, high: Any, key: str = "listing_key") -> Self:
        """Return accounts that `accounts.search` finds by what `key` names."""
        return self.filter(search.condition(how, low, high, key))
