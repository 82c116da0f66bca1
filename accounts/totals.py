"""What accounts come to together, of those that a person may see and of no others."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from accounts.conditions import LOW
from accounts.models import Account, Mirror
from teams.capabilities import Capability
from teams.policy import Actor


@dataclass(frozen=True)
class Totals:
    """Sums in EUR, None where unknown, and numbers of accounts. Credit is zero or positive."""

    accounts: int
    shared: int
    suspended: int
    low: int
    negative: int
    balance: Decimal | None
    credit: Decimal | None

    @property
    def own(self) -> int:
        """Number of accounts with a balance of their own."""
        return self.accounts - self.shared

    @property
    def spendable(self) -> Decimal | None:
        """Balance and credit together."""
        if self.balance is None or self.credit is None:
            return None
        return self.balance + self.credit


def totals_for(actor: Actor, mirror: Mirror) -> Totals:
    """Return the totals of what the actor sees.

    Of the whole workspace they stand in the mirror; for everybody else they are added up, in one
    query.
    """
    wholly = actor.extent(Capability.ACCOUNT_VIEW), actor.extent(Capability.BALANCE_VIEW)
    return _of_mirror(mirror) if all(each.everything for each in wholly) else _added_up(actor)


def _of_mirror(mirror: Mirror) -> Totals:
    limit = mirror.total_credit_limit
    return Totals(
        accounts=mirror.accounts,
        shared=mirror.shared,
        suspended=mirror.suspended,
        low=mirror.low,
        negative=mirror.negative,
        balance=mirror.total_balance,
        credit=None if limit is None else abs(limit),
    )


def _added_up(actor: Actor) -> Totals:
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW).listed()
    known = _with_figures(actor)
    found = visible.aggregate(
        accounts=Count("pk"),
        shared=Count("pk", filter=Q(shares_balance=True)),
        suspended=Count("pk", filter=Q(suspended=True)),
        low=Count("pk", filter=known & Q(own_balance__spendable__lt=LOW)),
        negative=Count("pk", filter=known & Q(own_balance__balance__lt=0)),
        balance=Sum("own_balance__balance", filter=known),
        limit=Sum("own_balance__credit_limit", filter=known),
        unknown=Count(
            "pk",
            filter=known
            & Q(own_balance__balance__isnull=False)
            & Q(own_balance__credit_limit=None),
        ),
    )
    limit, unknown = found.pop("limit"), found.pop("unknown")
    return Totals(**found, credit=None if limit is None or unknown else abs(limit))


def _with_figures(actor: Actor) -> Q:
    """Return the condition on visible accounts that their figures are visible, too."""
    if actor.extent(Capability.BALANCE_VIEW) == actor.extent(Capability.ACCOUNT_VIEW):
        return Q()
    return Q(pk__in=Account.objects.visible_to(actor, Capability.BALANCE_VIEW).values("pk"))
