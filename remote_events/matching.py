"""Which of Vonage's events may be what was seen: by account and time, for want of anything else.

Vonage records no event of its own for subaccounts that are made, suspended or funded, so this is
a hint for people and no proof.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q

from accounts.models import Account
from remote_events import seeing
from teams.policy import Actor

MOST = 3
"""So many are shown with a change, the latest."""
_AT_ONCE = 500
_CHANGE_NOTHING = ("USER_LOGIN", "USER_LOGOUT", "USER_PRODUCT_SEARCH")


class Moment(NamedTuple):
    """An account, and the time in which something happened to it."""

    account: Account | None
    start: datetime
    end: datetime


class Recorded(NamedTuple):
    """One event as the reader may read it."""

    at: datetime
    what: str
    who: str
    where: str
    address: str


def recorded(actor: Actor, moments: Sequence[Moment]) -> list[list[Recorded]]:
    """Return what Vonage recorded at each moment, as the person may read it, in one query."""
    known = [each for each in moments if each.account]
    events = _events(actor, known) if known else []
    return [
        [_recorded(event, actor) for event in events if _fits(event, moment)][:MOST]
        for moment in moments
    ]


def _events(actor: Actor, moments: Sequence[Moment]) -> list[Any]:
    in_time = Q()
    for each in moments:
        in_time |= Q(at__gte=each.start, at__lte=each.end)
    accounts = [each.account.pk for each in moments if each.account]
    about = Q(account__in=accounts) | Q(account__is_primary=True)
    found = seeing.events_for(actor).filter(in_time, about).exclude(type__in=_CHANGE_NOTHING)
    return list(found.annotate(of_primary=F("account__is_primary")).order_by("-at")[:_AT_ONCE])


def _fits(event: Any, moment: Moment) -> bool:
    if not moment.account or not moment.start <= event.at <= moment.end:
        return False
    if event.account_id == moment.account.pk:
        return True
    # The primary account's own people act on subaccounts; then the key stands in what is said.
    return bool(event.of_primary) and moment.account.api_key in event.context


def _recorded(event: Any, reader: Actor) -> Recorded:
    return Recorded(
        at=event.at,
        what=event.what,
        who=seeing.who_did(event, reader),
        where=event.where if event.person else "",
        address=seeing.address_of(event, reader),
    )
