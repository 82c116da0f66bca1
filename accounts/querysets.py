"""Accounts in words of the trade. Every list starts at the person."""

from decimal import Decimal
from typing import Any, Self

from django.db import connection, models
from django.db.models.expressions import RawSQL

from accounts.naming import folded
from teams import policy
from teams.capabilities import Capability

SHORTEST_SEARCH = 3
"""From so many characters on a search looks inside names and keys, below it at beginnings only."""

_LAST = "\U0010ffff"


class AccountQuerySet(models.QuerySet[Any]):
    """Chainable filters."""

    def visible_to(self, actor: policy.Actor, capability: Capability) -> Self:
        """Return the accounts of the actor's workspace on which the actor holds the capability."""
        if not policy.can(actor, capability):
            return self.none()
        return self.filter(workspace=actor.workspace)

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

    def matching(self, text: str) -> Self:
        """Return accounts whose name or key contains `text`; a short one only at the beginning."""
        wanted = folded(text)
        if len(wanted) < SHORTEST_SEARCH:
            return self.filter(listing_key__gte=wanted, listing_key__lt=wanted + _LAST)
        if connection.vendor == "sqlite":
            return self.filter(pk__in=_found_by_trigrams(wanted))
        return self.filter(listing_key__contains=wanted)


def _found_by_trigrams(wanted: str) -> RawSQL:
    """Return a subquery on the full-text table that the migration keeps beside the accounts."""
    quoted = '"' + wanted.replace('"', '""') + '"'
    return RawSQL("SELECT rowid FROM accounts_account_search WHERE listing_key MATCH %s", [quoted])
