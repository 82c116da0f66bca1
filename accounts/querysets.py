"""Accounts in words of the trade. Every list starts at the person."""

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F

from accounts import search
from teams import policy
from teams.capabilities import Capability


class AccountQuerySet(models.QuerySet[Any]):
    """Chainable filters."""

    # The workspace whose accounts these are, all of them; unknown after any further filter.
    whole_workspace: int | None = None

    def visible_to(self, actor: policy.Actor, capability: Capability) -> Self:
        """Return the accounts of the actor's workspace on which the actor holds the capability."""
        if not policy.can(actor, capability):
            return self.none()
        visible = self.filter(workspace=actor.workspace)
        visible.whole_workspace = actor.workspace.pk
        return visible

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

    def matching(self, how: search.How, low: Any, high: Any) -> Self:
        """Return accounts that `accounts.search` finds."""
        return self.filter(search.condition(how, low, high))
