"""Which accounts a member's grants by selection or tag hold: kept in step, set by set.

Called in the transaction of whatever changes a selection or a tag, so that rights take effect with
it. Roles, beginnings, ends and limits are not in here; they are looked at when somebody asks.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from teams.models import Grant, Member, Reach

Scope = Grant.Scope

_FROM_SELECTION = """
SELECT g.member_id, a.id, CAST(1 AS bigint) << g.place, a.listing_key
FROM teams_grant g
JOIN teams_grant_account held ON held.grant_id = g.id
JOIN accounts_account a ON a.id = held.account_id
WHERE g.member_id IS NOT NULL AND g.scope = 'selected'
"""
_FROM_TAG = """
SELECT g.member_id, a.id, CAST(1 AS bigint) << g.place, a.listing_key
FROM teams_grant g
JOIN accounts_account_tag held ON held.tag_id = g.tag_id
JOIN accounts_account a ON a.id = held.account_id
WHERE g.member_id IS NOT NULL AND g.scope = 'tag'
"""
_INSERT = "INSERT INTO teams_reach (member_id, account_id, grants, listing_key)"
_MERGE = """
ON CONFLICT (member_id, account_id)
DO UPDATE SET grants = teams_reach.grants | excluded.grants
"""


def extend_to_grant(grant: Grant) -> None:
    """Let the member reach what the grant, saved with its selection or tag, holds."""
    if grant.scope == Scope.SELECTED:
        _merge(_FROM_SELECTION, "g.id = %s", [grant.pk])
    elif grant.scope == Scope.TAG:
        _merge(_FROM_TAG, "g.id = %s", [grant.pk])


def withdraw_grant(grant: Grant) -> None:
    """Take away what only the grant reaches. Its place is free afterwards."""
    if grant.scope in {Scope.SELECTED, Scope.TAG}:
        assert grant.place is not None  # noqa: S101 - a grant of a member has one
        _clear(Q(member=grant.member_id), 1 << grant.place)


def extend_to_tagged(tag_id: int, account_ids: Sequence[int]) -> None:
    """Let everybody with a grant by the tag reach accounts that were just tagged with it."""
    if connection.vendor == "postgresql":
        _merge(_FROM_TAG, "g.tag_id = %s AND a.id = ANY(%s)", [tag_id, list(account_ids)])
    else:
        chosen = "g.tag_id = %s AND a.id IN (SELECT value FROM json_each(%s))"
        _merge(_FROM_TAG, chosen, [tag_id, f"[{','.join(map(str, account_ids))}]"])


def withdraw_tagged(tag_id: int, account_ids: Iterable[int]) -> None:
    """Take away what grants by the tag reach on accounts that do not have it any more."""
    accounts = Q(account__in=list(account_ids))
    by_tag = Grant.objects.filter(tag=tag_id, member__isnull=False)
    for member_id, place in by_tag.values_list("member_id", "place"):
        _clear(Q(member=member_id) & accounts, 1 << (place or 0))


def rename(listing_keys: dict[int, str]) -> None:
    """Note the new listing keys of accounts, by the accounts' ids."""
    for reach in Reach.objects.filter(account__in=listing_keys):
        Reach.objects.filter(pk=reach.pk).update(listing_key=listing_keys[reach.account_id])


@transaction.atomic
def rebuild(member: Member) -> None:
    """Build anew what the member reaches. Not needed in daily life; see `differences`."""
    Reach.objects.filter(member=member).delete()
    for source in (_FROM_SELECTION, _FROM_TAG):
        _merge(source, "g.member_id = %s", [member.pk])


def differences() -> list[tuple[int, int]]:
    """Return the members and accounts where the table is not what grants, selections and tags say.

    Empty, unless the database was changed from elsewhere.
    """
    wanted: dict[tuple[int, int], tuple[int, str]] = {}
    with connection.cursor() as cursor:
        for source in (_FROM_SELECTION, _FROM_TAG):
            cursor.execute(source)
            for member, account, bit, key in cursor.fetchall():
                bits, _ = wanted.get((member, account), (0, key))
                wanted[member, account] = (bits | bit, key)
    rows = Reach.objects.values_list("member_id", "account_id", "grants", "listing_key")
    kept = {(member, account): (grants, key) for member, account, grants, key in rows}
    return sorted(
        pair for pair in wanted.keys() | kept.keys() if wanted.get(pair) != kept.get(pair)
    )


def _merge(source: str, condition: str, params: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} {source} AND {condition} {_MERGE}", params)


def _clear(rows: Q, bit: int) -> None:
    """Clear the bit; a row whose last bit it is goes."""
    having = Reach.objects.filter(rows, grants__shares=bit)
    having.filter(grants=bit).delete()
    having.update(grants=F("grants").bitand(~bit))
