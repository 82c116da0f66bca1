"""The next page of a search: one question to Vonage, outside transactions."""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from log_search import keeping, terms
from log_search.models import DAY, Search
from log_search.services.claims import Claim, State, take
from operations import wire
from teams.capabilities import Capability
from teams.policy import Actor, actor_in, can
from usage.models import Spent
from usage.services import guarding
from vonage_api import Timeouts, VonageClient
from vonage_api.errors import Malformed, OverBudget, RateLimited, VonageError
from vonage_api.report_bodies import RecordsPage
from vonage_api.reports import Place

logger = logging.getLogger(__name__)

MOST_RECORDS = 10_000
"""Then it ends by itself: nobody reads so many."""
MOST_PAGES = 200
"""Then it ends as well, whatever was in them."""
MOST_FAILURES = 12
"""So often in a row a page is tried by itself, for some minutes."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=1)
PATIENCE = Timeouts(connect=5, read=20, total=30)
"""Seconds, for one question to Vonage."""
_NO_RIGHT = "Stopped: whoever asked may not see these records any more."
_SPENT = "The records of this month are used up."
_LEADS_BACK = "Vonage's answer leads back to a page before, so looking on was given up."
_TOO_MANY_PAGES = "Vonage divides its answer into too many pages, so looking on was given up."
_BROKE = "Something broke here while records were read."


class Got(NamedTuple):
    """An answer of Vonage's, and what asks for the next page of the same day."""

    page: RecordsPage
    place: Place = ()


def advance(pk: UUID) -> bool:
    """Fetch the next page of a search; False where none is due, or somebody fetches it."""
    claim = take(pk, timezone.now())
    if claim is None:
        return False
    try:
        _step(claim)
    except Exception:
        logger.exception("a step of a log search broke", extra={"search": str(pk)})
        claim.finish(State.FAILED, _BROKE)
    return True


def _step(claim: Claim) -> None:
    asker = _asker(claim.search)
    if asker is None:
        claim.finish(State.STOPPED, _NO_RIGHT)
        return
    if any(each.left <= 0 for each in guarding.budgets(asker)):
        claim.finish(State.SPENT, _SPENT)
        return
    try:
        with wire.client(claim.search.workspace_id, PATIENCE) as client:
            got = _asked(client, claim.search)
    except VonageError as error:
        _after_a_fault(claim, error)
    except wire.CannotConnectError as error:
        claim.finish(State.FAILED, f"Vonage cannot be asked: {error}")
    else:
        _keep(claim, got)


def _asker(search: Search) -> Actor | None:
    """Return who asked, where the person still may: rights count while it runs."""
    user = search.asked_by
    actor = actor_in(user, search.workspace.slug) if user.is_active else None
    if actor is None or not can(actor, Capability.LOG_VIEW, search.account):
        return None
    if search.include_message and not can(actor, Capability.LOG_PERSONAL, search.account):
        return None
    return actor


def _asked(client: VonageClient, search: Search) -> Got:
    """Ask Vonage. Raises a `VonageError`."""
    sought = terms.sought_of(search)
    product, account_id, way = search.product, search.account.api_key, search.direction or None
    start = _day_begins(search)
    if start is None or search.until is None:
        return Got(
            client.reports.records_by_id(
                product=product,
                account_id=account_id,
                direction=way,
                ids=tuple(sought["id"].split(",")),
                include_message=search.include_message,
            )
        )
    filters: dict[str, str | bool] = {**search.terms, **sought}
    if search.include_message:
        filters["include_message"] = True
    page, place = client.reports.records_page(
        product=product,
        account_id=account_id,
        direction=way,
        start=start,
        end=search.until,
        filters=filters,
        after=terms.place_of(search),
    )
    return Got(page, place)


def _keep(claim: Claim, got: Got) -> None:
    """Keep a page, count what it cost, and say how it goes on; all of it or nothing.

    Where the search was stopped or removed meanwhile the records are dropped, and counted.
    """
    search, records = claim.search, got.page.records
    ids = terms.sought_of(search).get("id", "").split(",")
    lost = [each for each in got.page.ids_not_found if each in ids]
    page = keeping.packed(search, records, lost)
    page.number, page.ends_at, page.starts_at = search.pages, search.until, _day_begins(search)
    with transaction.atomic():
        if _go_on(claim, got) and (records or lost):
            page.save(force_insert=True)
        if records:
            _count(search, len(records))


def _day_begins(search: Search) -> datetime | None:
    """Return from when on is asked; None where ids are asked for."""
    if search.starts_at is None or search.until is None:
        return None
    return max(search.starts_at, search.until - DAY)


def _count(search: Search, records: int) -> None:
    Spent.objects.create(workspace=search.workspace, person=search.asked_by, records=records)


def _go_on(claim: Claim, got: Got) -> bool:
    """Write down how far the search has come; False where the claim was lost."""
    search = claim.search
    so_far: dict[str, Any] = {
        "pages": search.pages + 1,
        "found": search.found + len(got.page.records),
    }
    if so_far["found"] >= MOST_RECORDS:
        return claim.finish(State.FULL, **so_far)
    if so_far["pages"] >= MOST_PAGES:
        return claim.finish(State.FAILED, _TOO_MANY_PAGES, **so_far)
    if got.place:
        return _to_next_page(claim, got.place, so_far)
    return _to_day_before(claim, so_far)


def _to_next_page(claim: Claim, place: Place, so_far: dict[str, Any]) -> bool:
    search, digest = claim.search, _digest(place)
    if digest in search.places:
        return claim.finish(State.FAILED, _LEADS_BACK, **so_far)
    terms.seal_terms(search, "place", dict(place))
    places = [*search.places, digest]
    return claim.end(**so_far, **_AT_ONCE, due_at=timezone.now(), place=search.place, places=places)


def _to_day_before(claim: Claim, so_far: dict[str, Any]) -> bool:
    search = claim.search
    until = search.until and search.until - DAY
    if until is None or search.starts_at is None or until <= search.starts_at:
        return claim.finish(State.DONE, **so_far, until=search.starts_at)
    fresh: dict[str, object] = {"place": None, "places": []}
    return claim.end(**so_far, **_AT_ONCE, **fresh, due_at=timezone.now(), until=until)


_AT_ONCE = {"failures": 0, "fault": ""}


def _digest(place: Place) -> str:
    """Return what tells a place again without keeping it."""
    return hashlib.sha256(repr(place).encode()).hexdigest()[:16]


def _after_a_fault(claim: Claim, error: VonageError) -> None:
    """Rest and go on where it may well succeed a moment later; else end."""
    search, failures = claim.search, claim.search.failures + 1
    said = _said(search, error)
    if isinstance(error, Malformed) or not error.temporary:
        claim.finish(State.FAILED, said)
    elif failures >= MOST_FAILURES:
        claim.finish(State.FAILED, f"{said} It was tried {failures} times.")
    else:
        due_at = timezone.now() + _pause(failures, error)
        claim.end(failures=failures, due_at=due_at, fault=said)


def _pause(failures: int, error: VonageError) -> timedelta:
    """Return how long to rest, never shorter than Vonage asks for."""
    doubled: timedelta = min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    waits = isinstance(error, RateLimited | OverBudget)
    asked = (getattr(error, "retry_after", None) or 0) if waits else 0
    return max(doubled, timedelta(seconds=asked))


def _said(search: Search, error: VonageError) -> str:
    """Return the error without what was looked for: Vonage's refusals repeat parameters."""
    said = str(error)
    for value in terms.sought_of(search).values():
        for each in {value, *value.split(",")}:
            said = said.replace(each, "…")
    return said
