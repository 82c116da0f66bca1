"""How long everything takes at most, and how one time contains another."""

from dataclasses import dataclass, fields
from datetime import timedelta

from django.conf import settings


class TimesError(ValueError):
    """A time does not exceed one that it contains."""


@dataclass(frozen=True, kw_only=True)
class Times:
    """All times of the way of an operation, in seconds."""

    connect: float = 5
    read: float = 30
    # One attempt with everything in it, by the clock on the wall.
    total: float = 45
    # One list that is asked before sending, or to settle.
    listing: float = 15
    # From the claim, or the list after it, to the first byte.
    fence: float = 20
    # A sending that is older is nobody's any more.
    sweep: float = 120
    # An unknown outcome is "not executed" so long after it at the earliest: longer than any
    # machine on the way keeps a request before it carries it out.
    settle: float = 15 * 60
    # Between the good lists that are wanted after that, and how many of them.
    settle_every: float = 15
    settle_lists: int = 3
    # How soon a transfer that was made is surely listed.
    visible: float = 60
    # Clocks differ, and Vonage writes whole seconds.
    margin: float = 10 * 60
    # What the auditor reads again at each round.
    audit_again: float = 24 * 3600
    audit_every: float = 60
    # How long an operation may wait for its turn.
    keep_ready: float = 10 * 60
    approval: float = 24 * 3600
    # How long a form and the page that asks for confirmation are good for.
    form: float = 3600
    # Two equal transfers within so long are asked about.
    repeated: float = 10 * 60
    # Vonage's clock and ours: so far apart is said, and stops sending.
    skew_said: float = 60
    skew_stops: float = 5 * 60
    # So many unclear outcomes within so long stop sending until a list is good again.
    breaker_outcomes: int = 5
    breaker: float = 60
    # The first pause after an attempt that left nothing; doubled each time.
    pause: float = 5
    pause_most: float = 300

    def __post_init__(self) -> None:
        for longer, shorter in _CONTAINS:
            if getattr(self, longer) <= getattr(self, shorter):
                raise TimesError(f"{longer} must be longer than {shorter}")
        if wrong := [each.name for each in fields(self) if getattr(self, each.name) <= 0]:
            raise TimesError(f"{', '.join(wrong)} must be above zero")


_CONTAINS = (
    ("total", "read"),
    ("total", "connect"),
    ("fence", "connect"),
    ("fence", "listing"),
    ("sweep", "total"),
    ("sweep", "fence"),
    ("settle", "sweep"),
    ("settle", "visible"),
    ("keep_ready", "sweep"),
    ("skew_stops", "skew_said"),
    ("margin", "skew_stops"),
    ("audit_again", "settle"),
)

LOOKS = (5, 15, 30, 60, 120, 300, 600, 900)
"""Seconds after an outcome turned out unknown at which the lists are asked, until it settles."""


def times() -> Times:
    """Return the times of this installation."""
    configured: Times = settings.OPERATION_TIMES
    return configured


def seconds(count: float) -> timedelta:
    """Return so many seconds as a duration."""
    return timedelta(seconds=count)
