"""Who of a team holds a right: one question for all of them, and the judge's own answer."""

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from teams import policy, roster
from teams.capabilities import Capability
from teams.models import Member, Reach


def holding(
    members: QuerySet[Member], capability: Capability, account: policy.AccountLike | None
) -> list[Member]:
    """Return the members who hold a capability on an account, or anywhere at all; with logins.

    One query, however many they are. The primary user, who needs no grants, is not asked for here.
    """
    pk = account.pk if account else None
    reach = Reach.objects.filter(member=OuterRef("pk"), account=pk).values("grants")[:1]
    reaching = Coalesce(Subquery(reach), Value(0))
    rows = roster.with_holdings(members).annotate(reaching=reaching)
    return [
        each
        for each in rows.select_related("user").order_by("pk")
        if any(held.mask & capability.bit for held in _held(each, account, each.reaching))
    ]


def _held(
    member: Member, account: policy.AccountLike | None, reaching: int
) -> list[policy.Holding]:
    held = roster.holdings(member)
    if account is None:
        return held
    if account.workspace_id != member.workspace_id:
        return []
    return policy.those_holding(held, is_primary=account.is_primary, reached=reaching)
