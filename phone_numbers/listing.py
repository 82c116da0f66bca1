"""The numbers of all accounts in sight, and how complete their list is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Account
from phone_numbers.models import Number, NumberList
from teams.capabilities import Capability
from teams.policy import Actor

PAGE = 50
NAMED = 20
"""So many of the accounts whose numbers cannot be listed are named."""
_AT_ONCE = 500
_DIGITS = 18
"""An id of more is too much for the database."""


class Page(NamedTuple):
    """Numbers by their digits. after: where the next page begins; empty where there is none."""

    numbers: list[Number]
    after: str


class Coverage(NamedTuple):
    """Of how many accounts in sight the numbers are known.

    listed: read at least once. closed: nobody can sign in as them. failed: the last try failed;
    the first of those is named. first_closed: some of the closed ones. oldest: when the list that
    is the oldest was read.
    """

    accounts: int
    listed: int
    closed: int
    failed: int
    oldest: datetime | None
    first_closed: list[Account]
    first_fault: NumberList | None


def page(actor: Actor, wanted: Mapping[str, str], after: str = "") -> Page:
    """Return a page of the numbers in sight that fit. One query."""
    found = _from(_fitting(actor, wanted), after, PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Page(found[:PAGE], f"{last.msisdn}-{last.pk}" if last else "")


def everything(actor: Actor, wanted: Mapping[str, str]) -> Iterator[Number]:
    """Return all of them, some hundred at a time."""
    place = ""
    while found := _from(_fitting(actor, wanted), place, _AT_ONCE):
        yield from found
        place = f"{found[-1].msisdn}-{found[-1].pk}"


def countries(actor: Actor) -> list[str]:
    """Return the countries of the numbers in sight. One query."""
    rows = in_sight(actor).order_by("country").values_list("country", flat=True)
    return list(rows.distinct())


def coverage(actor: Actor) -> Coverage:
    """Return of how many accounts the numbers are known. Seven queries."""
    accounts = visible(actor)
    lists = NumberList.objects.filter(account__in=accounts)
    read = lists.filter(read_at__isnull=False)
    failed = lists.exclude(fault="").select_related("account").order_by("failed_at")
    closed = accounts.filter(is_primary=False, held_secret=None)
    oldest = read.order_by("read_at").values_list("read_at", flat=True).first()
    return Coverage(
        accounts=accounts.count(),
        listed=read.count(),
        closed=closed.count(),
        failed=failed.count(),
        oldest=oldest,
        first_closed=list(closed.order_by("listing_key")[:NAMED]),
        first_fault=failed.first(),
    )


def visible(actor: Actor) -> QuerySet[Account]:
    """Return the accounts that Vonage lists and whose numbers the person may see."""
    return Account.objects.visible_to(actor, Capability.NUMBER_VIEW).listed()


def in_sight(actor: Actor) -> QuerySet[Number]:
    """Return the numbers that the person may see."""
    return Number.objects.filter(workspace=actor.workspace, account__in=visible(actor))


def is_id(text: str) -> bool:
    """Return whether a row can have this id."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


def _fitting(actor: Actor, wanted: Mapping[str, str]) -> QuerySet[Number]:
    rows = in_sight(actor)
    if digits := wanted.get("digits"):
        rows = rows.filter(msisdn__contains=digits)
    if country := wanted.get("country"):
        rows = rows.filter(country=country)
    if feature := wanted.get("feature"):
        rows = rows.filter(features__contains=f",{feature},")
    if key := wanted.get("account"):
        rows = rows.filter(account__api_key=key)
    return rows


def _from(rows: QuerySet[Number], after: str, count: int) -> list[Any]:
    msisdn, _, pk = after.rpartition("-")
    if "\0" not in msisdn and is_id(pk):
        rows = rows.filter(Q(msisdn__gt=msisdn) | Q(msisdn=msisdn, pk__gt=int(pk)))
    return list(rows.select_related("account").order_by("msisdn", "pk")[:count])
