"""The differences of one product, written set by set in one short transaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import bulk
from money.units import to_units
from pricing.comparing import Difference, Known, Row
from pricing.models import Price, PriceChange, PriceList
from pricing.products import Product
from pricing.services.claims import Claim, hold

_AT_ONCE = 500
_FACTS = Row._fields
_PLACE = _FACTS[:6]
_COLUMNS = (*_FACTS, "listing_key", "search")
Kind = PriceChange.Kind


def known(workspace_id: int, product: Product) -> Known:
    """Return the prices of a product as they were last read."""
    rows = Price.objects.filter(workspace=workspace_id, product=product.code)
    found = rows.values_list("id", "key", *_FACTS)
    return {
        key: (pk, Row(*[*texts, to_units(price), currency]))
        for pk, key, *texts, price, currency in found
    }


@transaction.atomic(durable=True)
def write(
    claim: Claim, product: Product, difference: Difference, *, is_first: bool, at: datetime
) -> None:
    """Write what differs in a reading asked for at `at`: all of it or nothing.

    is_first: nothing was known, so nothing is called a change. Raises `LostClaimError` where
    another process reads now.
    """
    hold(claim)
    same: dict[str, Any] = {"workspace_id": claim.workspace_id, "product": product.code}
    bulk.insert(
        bulk.Columns.of(Price, "key", *_COLUMNS, **same),
        [(key, *_values(row, product)) for key, row in difference.appeared.items()],
    )
    bulk.update(
        bulk.Columns.of(Price, "id", *_COLUMNS),
        [(each.id, *_values(each.after, product)) for each in difference.changed],
    )
    _remove([pk for pk, _ in difference.vanished])
    if not is_first:
        _keep_changes(difference, seen_at=at, **same)
    said = {"read_at": at, "tried_at": at, "fault": "", "detail": ""}
    PriceList.objects.update_or_create(**same, defaults=said)


def _values(row: Row, product: Product) -> tuple[Any, ...]:
    return (*row, row.listing_key(product.code), row.search)


def _remove(ids: list[int]) -> None:
    for begin in range(0, len(ids), _AT_ONCE):
        Price.objects.filter(pk__in=ids[begin : begin + _AT_ONCE]).delete()


def _keep_changes(difference: Difference, **same: Any) -> None:
    bulk.insert(
        bulk.Columns.of(
            PriceChange,
            *_PLACE,
            *("kind", "old", "old_currency", "new", "new_currency", "search"),
            **same,
        ),
        list(_changes(difference)),
    )


def _changes(difference: Difference) -> Iterator[tuple[Any, ...]]:
    for _, before in difference.vanished:
        yield _change(before, Kind.VANISHED, _amount(before), (None, ""))
    for row in difference.appeared.values():
        yield _change(row, Kind.APPEARED, (None, ""), _amount(row))
    for each in difference.changed:
        if each.is_repriced:
            old, new = _amount(each.before), _amount(each.after)
            yield _change(each.after, _kind(old, new), old, new)


def _change(row: Row, kind: Kind, old: Iterable[Any], new: Iterable[Any]) -> tuple[Any, ...]:
    return (*row[: len(_PLACE)], kind.value, *old, *new, row.search)


def _amount(row: Row) -> tuple[int, str]:
    return row.price, row.currency


def _kind(before: tuple[int, str], after: tuple[int, str]) -> Kind:
    if before[1] != after[1]:
        return Kind.CURRENCY
    return Kind.UP if after[0] > before[0] else Kind.DOWN
