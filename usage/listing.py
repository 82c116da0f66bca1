"""The list of reports, page by page, the newest first."""

from collections.abc import Mapping
from typing import NamedTuple

from teams.policy import Actor
from usage.models import Report
from usage.seeing import reports_of

PAGE = 50
State = Report.State
OPEN = (State.ORDERED, State.SENDING, State.UNKNOWN, State.RUNNING, State.FETCHING)
STATES: dict[str, tuple[str, ...]] = {
    "open": OPEN,
    "ready": (State.READY,),
    "failed": (State.BROKEN, State.FAILED, State.UNKNOWN),
    "over": (State.CANCELLED, State.EXPIRED),
}


class Page(NamedTuple):
    """Some reports, and the last one's id where more follow."""

    reports: list[Report]
    before: int | None

    @property
    def is_moving(self) -> bool:
        """Whether one of them goes on by itself."""
        return any(each.is_open for each in self.reports)


def page(actor: Actor, wanted: Mapping[str, str], before: int | None) -> Page:
    """Return a page of the reports in sight. At most two queries."""
    rows = reports_of(actor)
    if product := wanted.get("product"):
        rows = rows.filter(product=product)
    if states := STATES.get(wanted.get("state", "")):
        rows = rows.filter(state__in=states)
    if wanted.get("mine"):
        rows = rows.filter(asked_by=actor.user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)
