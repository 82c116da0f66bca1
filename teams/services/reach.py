"""Which accounts a member's grants by selection or tag hold: kept in step, set by set.

Called in the transaction of whatever changes a selection or a tag, so that rights take effect with
it. Roles, beginnings, ends and limits are not in here; they are looked at when somebody asks.
"""

import json
from collections.abc import Sequence
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
# The bits of a member's grants by a tag. There may be several, each with a bit of its own.
_BY_TAG = """
SELECT sum(CAST(1 AS bigint) << g.place) FROM teams_grant g
WHERE g.member_id = teams_reach.member_id AND g.tag_id = %s
"""
_HAVING = "member_id IN (SELECT member_id FROM teams_grant WHERE tag_id = %s)"
_OTHERS = f"teams_reach.grants & ~CAST(({_BY_TAG}) AS bigint)"
_DELETE_TAGGED = f"DELETE FROM teams_reach WHERE {_OTHERS} = 0 AND {_HAVING}"  # noqa: S608 - constants
_CLEAR_TAGGED = f"UPDATE teams_reach SET grants = {_OTHERS} WHERE {_HAVING}"  # noqa: S608 - as above
_FOLLOW = """
UPDATE teams_reach SET listing_key = a.listing_key FROM accounts_account a
WHERE a.id = teams_reach.account_id AND a.listing_key <> teams_reach.listing_key
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
    chosen, ids = _among("a.id", account_ids)
    _merge(_FROM_TAG, f"g.tag_id = %s AND {chosen}", [tag_id, ids])


def withdraw_tagged(tag_id: int, account_ids: Sequence[int]) -> None:
    """Take away what grants by the tag reach on accounts that do not have it any more."""
    chosen, ids = _among("account_id", account_ids)
    with connection.cursor() as cursor:
        for statement in (_DELETE_TAGGED, _CLEAR_TAGGED):
            cursor.execute(f"{statement} AND {chosen}", [tag_id, tag_id, ids])


def follow_names(account_ids: Sequence[int]) -> None:
    """Take over the listing keys of these accounts, which have new names."""
    chosen, ids = _among("a.id", account_ids)
    with connection.cursor() as cursor:
        cursor.execute(f"{_FOLLOW} AND {chosen}", [ids])


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


def _among(column: str, ids: Sequence[int]) -> tuple[str, Any]:
    """Return the condition that the column is one of these, and its one parameter."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", list(ids)
    chosen = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a column of ours
    return chosen, json.dumps(list(ids))


def _clear(rows: Q, bit: int) -> None:
    """Clear the bit; a row whose last bit it is goes."""
    having = Reach.objects.filter(rows, grants__shares=bit)
    having.filter(grants=bit).delete()
    having.update(grants=F("grants").bitand(~bit))
