"""The changes of one reading, written set by set in one short transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from accounts import bulk
from accounts.models import Account, Balance, Mirror, Observation, Reading, TotalReading
from accounts.naming import listing_key
from accounts.services.sync.answers import Answer, Figures
from accounts.services.sync.claims import Claim, release
from accounts.services.sync.compare import Changes, Difference
from money.units import from_units
from teams.services import reach, turns

BATCH = 2_000
Kind = Observation.Kind
Seen = tuple[int, Kind, str, str]


@transaction.atomic(durable=True)
def write(claim: Claim, answer: Answer, changes: Changes, *, at: datetime, due: datetime) -> None:
    """Write the changes of an answer asked for at `at`: all of them or none.

    Raises `LostClaimError` where another process reads now. The next reading is due at `due`.
    """
    before = Mirror.objects.get(workspace_id=claim.workspace_id)
    totals = _totals(answer)
    release(claim, **_good(at=at, due=due), **totals, **_counts(changes, answer, before))
    created = _create(claim.workspace_id, answer, changes.created, at=at)
    _change_facts(claim.workspace_id, changes.changed)
    _change_balances(claim.workspace_id, changes.changed, at=at)
    Account.objects.filter(pk__in=changes.vanished).update(vanished_at=at)
    if _was_read_whole(before):
        appeared = [(pk, Kind.CREATED, "", "") for pk in created]
        _observe(claim.workspace_id, [*appeared, *_seen(changes)], at=at)
    if any(getattr(before, name) != value for name, value in totals.items()):
        _keep_totals(claim.workspace_id, answer, at=at)


def write_unchanged(claim: Claim, *, at: datetime, due: datetime) -> None:
    """Note that Vonage still said the same at `at`: one row, whatever the number of accounts."""
    release(claim, **_good(at=at, due=due))


def _good(*, at: datetime, due: datetime) -> dict[str, object]:
    return {
        "read_at": at,
        "tried_at": at,
        "due_at": due,
        "fault": Mirror.Fault.NONE,
        "detail": "",
        "failures": 0,
    }


def _totals(answer: Answer) -> dict[str, object]:
    credit = answer.total_credit_limit
    return {
        "total_balance": from_units(answer.total_balance),
        "total_credit_limit": None if credit is None else from_units(credit),
    }


def _was_read_whole(before: Mirror) -> bool:
    """Return whether all accounts were ever listed; what was unknown cannot have changed."""
    return bool(before.digest) or before.accounts > 1


def _counts(changes: Changes, answer: Answer, before: Mirror) -> dict[str, object]:
    if answer.is_partial and _was_read_whole(before):
        return {"digest": answer.digest}
    return {
        "digest": answer.digest,
        "accounts": changes.accounts,
        "shared": changes.shared,
        "suspended": changes.suspended,
        "vanished": changes.gone,
        "negative": changes.negative,
        "low": changes.low,
    }


def _create(
    workspace_id: int, answer: Answer, created: dict[str, Figures], *, at: datetime
) -> list[int]:
    """Insert new accounts with their balances and first readings; return their ids."""
    if not created:
        return []
    times = answer.times(created)
    rows = Account.objects.bulk_create(
        (
            Account(
                workspace_id=workspace_id,
                api_key=api_key,
                is_primary=api_key == answer.primary_key,
                name=each.name,
                listing_key=listing_key(each.name, api_key),
                shares_balance=each.shares_balance,
                suspended=each.suspended,
                created_at=times[api_key],
                first_seen_at=at,
            )
            for api_key, each in created.items()
        ),
        batch_size=BATCH,
    )
    ids = [row.pk for row in rows]
    _add_balances(workspace_id, zip(ids, created.values(), strict=True), at=at)
    return ids


def _change_facts(workspace_id: int, changed: list[Difference]) -> None:
    """Rewrite the rows whose name or flags differ; balances live elsewhere."""
    rows = {
        each.id: each.after
        for each in changed
        if each.before[:3] != each.after[:3] or each.returned
    }
    if not rows:
        return
    keys = dict(Account.objects.filter(pk__in=rows).values_list("pk", "api_key"))
    bulk.update(
        bulk.Columns.of(
            Account, "id", "name", "listing_key", "shares_balance", "suspended", vanished_at=None
        ),
        [
            (pk, to.name, listing_key(to.name, keys[pk]), to.shares_balance, to.suspended)
            for pk, to in rows.items()
        ],
    )
    if renamed := [each.id for each in changed if each.before.name != each.after.name]:
        turns.lock(workspace_id)
        reach.follow_names(renamed)


def _change_balances(workspace_id: int, changed: list[Difference], *, at: datetime) -> None:
    moved = [each for each in changed if each.before[3:] != each.after[3:]]
    kept = [
        each for each in moved if each.before.balance is not None and each.after.balance is not None
    ]
    bulk.update(
        bulk.Columns.of(Balance, "account_id", "balance", "credit_limit"),
        [(each.id, each.after.balance, each.after.credit_limit) for each in kept],
    )
    _keep_readings(((each.id, each.after) for each in kept), at=at)
    own = ((each.id, each.after) for each in moved if each.before.balance is None)
    _add_balances(workspace_id, own, at=at)
    shared = [each.id for each in moved if each.after.balance is None]
    Balance.objects.filter(pk__in=shared).delete()


def _add_balances(workspace_id: int, rows: Iterable[tuple[int, Figures]], *, at: datetime) -> None:
    own = [(pk, each) for pk, each in rows if each.balance is not None]
    bulk.insert(
        bulk.Columns.of(
            Balance, "account_id", "balance", "credit_limit", workspace_id=workspace_id
        ),
        [(pk, each.balance, each.credit_limit) for pk, each in own],
    )
    _keep_readings(own, at=at)


def _keep_readings(rows: Iterable[tuple[int, Figures]], *, at: datetime) -> None:
    bulk.insert(
        bulk.Columns.of(Reading, "account_id", "balance", "credit_limit", at=at),
        [(pk, each.balance, each.credit_limit) for pk, each in rows],
    )


def _keep_totals(workspace_id: int, answer: Answer, *, at: datetime) -> None:
    bulk.insert(
        bulk.Columns.of(TotalReading, "workspace_id", "balance", "credit_limit", at=at),
        [(workspace_id, answer.total_balance, answer.total_credit_limit)],
    )


def _seen(changes: Changes) -> Iterator[Seen]:
    """Yield what happened at Vonage without us."""
    for pk in changes.vanished:
        yield pk, Kind.VANISHED, "", ""
    for pk, before, after, returned in changes.changed:
        if returned:
            yield pk, Kind.RETURNED, "", ""
        if before.name != after.name:
            yield pk, Kind.RENAMED, before.name, after.name
        if before.suspended != after.suspended:
            yield pk, Kind.SUSPENDED if after.suspended else Kind.RESUMED, "", ""
        if before.shares_balance != after.shares_balance:
            yield pk, Kind.SHARED_BALANCE if after.shares_balance else Kind.OWN_BALANCE, "", ""


def _observe(workspace_id: int, seen: Iterable[Seen], *, at: datetime) -> None:
    bulk.insert(
        bulk.Columns.of(
            Observation, "account_id", "kind", "before", "after", workspace_id=workspace_id, at=at
        ),
        [(pk, str(kind), before, after) for pk, kind, before, after in seen],
    )
