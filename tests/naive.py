"""What grants come to, said as plainly as possible: the measure for the quick ways."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any

from django.db import transaction

from accounts.models import Account, AccountTag
from teams.capabilities import Capability, capabilities_in
from teams.ceilings import LIMITED
from teams.models import Grant, Member

_AMOUNTS = (Decimal(10), Decimal(100), Decimal(10**6))
AMOUNTS = tuple(product(_AMOUNTS, _AMOUNTS))
"""What somebody may want to move in a day, and to move without an approval."""


def account_ids(grant: Grant) -> set[int]:
    """Return the accounts that the grant holds."""
    assert grant.member
    accounts = Account.objects.filter(workspace=grant.member.workspace_id)
    if grant.scope == "subaccounts":
        accounts = accounts.filter(is_primary=False)
    elif grant.scope == "selected":
        return set(grant.accounts.values_list("pk", flat=True))
    elif grant.scope == "tag":
        tagged = AccountTag.objects.filter(tag=grant.tag_id)
        return set(tagged.values_list("account_id", flat=True))
    return set(accounts.values_list("pk", flat=True))


def is_active(grant: Grant, now: datetime) -> bool:
    begun = grant.starts_at is None or grant.starts_at <= now
    return begun and (grant.ends_at is None or grant.ends_at > now)


def visible(member: Member, capability: Capability, now: datetime) -> set[int]:
    """Return the accounts on which the member holds the capability."""
    found: set[int] = set()
    for grant in Grant.objects.filter(member=member):
        if is_active(grant, now) and grant.mask & capability.bit:
            found |= account_ids(grant)
    return found


def rights(
    member: Member, times: Iterable[datetime], *, passable_at: datetime | None = None
) -> set[Any]:
    """Return (where, what, when, how much) of all that the member may do; or may pass on."""
    found: set[Any] = set()
    for grant in Grant.objects.filter(member=member).select_related("role"):
        if passable_at and not (grant.may_pass_on and is_active(grant, passable_at)):
            continue
        ids = account_ids(grant)
        for when in times:
            if is_active(grant, when):
                found |= {(*each, when) for each in _of(grant, ids)}
    return found


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database what the block does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _of(grant: Grant, ids: set[int]) -> Iterator[tuple[Any, ...]]:
    for capability in capabilities_in(grant.mask):
        places: Iterable[Any] = ids if capability.is_on_accounts else ["workspace"]
        amounts: Iterable[Any] = [None]
        if capability.bit & LIMITED:
            amounts = [pair for pair in AMOUNTS if _allows(grant, *pair)]
        yield from ((where, capability, much) for where in places for much in amounts)


def _allows(grant: Grant, per_day: Decimal, unapproved: Decimal) -> bool:
    limits = ((grant.per_day, per_day), (grant.approval_above, unapproved))
    return all(limit is None or wanted <= limit for limit, wanted in limits)
