"""How old the figures on a page are, and what is wrong when they are old. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.models import Mirror

VERY_OLD = timedelta(minutes=15)
INTERVALS = 2
"""After so many missed readings the figures are called old."""

_ADVICE = {
    Mirror.Fault.REFUSED: "Enter the API key and secret again, as Vonage's dashboard shows them.",
    Mirror.Fault.BLOCKED: "Add this server's address to the IP allow list in Vonage's dashboard, "
    "then try again.",
    Mirror.Fault.FORBIDDEN: "Vonage's own words are below; your account manager there can help.",
    Mirror.Fault.NO_ANSWER: "We try again by ourselves. If it lasts, check this server's network.",
    Mirror.Fault.THROTTLED: "We wait as long as Vonage asked for and try again by ourselves.",
    Mirror.Fault.FAILED: "The failure is Vonage's. We try again by ourselves.",
    Mirror.Fault.MALFORMED: "Nothing was taken from it. We try again by ourselves.",
    Mirror.Fault.OTHER_HOST: "Connect again to send the secret to the host that is configured now.",
    Mirror.Fault.OURS: "The fault is ours; the log of the worker says more. We try again.",
    Mirror.Fault.SEALED: "Put the key that sealed it back into ENCRYPTION_KEYS, or connect again.",
}
_MENDED_BY_CONNECTING = {
    Mirror.Fault.REFUSED,
    Mirror.Fault.BLOCKED,
    Mirror.Fault.OTHER_HOST,
    Mirror.Fault.SEALED,
}


class Level(StrEnum):
    """How far the figures can be relied on."""

    NEVER = "never"
    FRESH = "fresh"
    OLD = "old"
    FAILED = "failed"


@dataclass(frozen=True)
class Freshness:
    """What a page says about the age of its figures."""

    level: Level
    is_reading: bool
    read_at: datetime | None
    fault: str
    advice: str
    detail: str
    connect_again: bool

    @property
    def version(self) -> str:
        """What tells one state of the mirror from the next; open pages ask with it."""
        seen = int(self.read_at.timestamp() * 1000) if self.read_at else 0
        return f"{seen:x}-{self.level}-{int(self.is_reading)}"


def freshness_of(mirror: Mirror, *, now: datetime, interval: timedelta) -> Freshness:
    """Return how fresh the mirror is at `now`, with readings due every `interval`."""
    fault = Mirror.Fault(mirror.fault)
    return Freshness(
        level=_level(mirror, now=now, interval=interval),
        is_reading=mirror.is_claimed(now) or (mirror.read_at is None and not mirror.fault),
        read_at=mirror.read_at,
        fault=fault.label if mirror.fault else "",
        advice=_ADVICE.get(fault, ""),
        detail=mirror.detail,
        connect_again=fault in _MENDED_BY_CONNECTING,
    )


def _level(mirror: Mirror, *, now: datetime, interval: timedelta) -> Level:
    if mirror.fault:
        return Level.FAILED
    if mirror.read_at is None:
        return Level.NEVER
    age = now - mirror.read_at
    if age > max(VERY_OLD, INTERVALS * interval):
        return Level.FAILED
    return Level.OLD if age > INTERVALS * interval else Level.FRESH
