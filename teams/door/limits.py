"""How often somebody may try before they must wait, counted in the database.

Guessing is slow work anyway, so it may cost a statement; in return the count is exact across
processes, survives restarts, and holds while Redis is gone.
"""

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from audit.origin import current_origin
from teams.models import Tally

_HOME = 64
"""Bits of an IPv6 address that belong to one customer; the rest they choose themselves."""


@dataclass(frozen=True)
class Limit:
    """So many attempts in the stretch of so many seconds that the first of them begins."""

    name: str
    most: int
    seconds: int


# From one network to one name, so that nobody can lock somebody else out from elsewhere.
NAME = Limit("name", 5, 300)
NETWORK = Limit("network", 20, 60)
FACTOR = Limit("factor", 5, 300)
RESET = Limit("reset", 20, 60)


class LimitReachedError(Exception):
    """Too many attempts; `seconds` says when the next one is worth making."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts, wait {seconds} s")
        self.seconds = seconds


def count(limit: Limit, who: str) -> None:
    """Count one attempt, or raise `LimitReachedError` where there were too many.

    No clock on the wall parts the stretches: else twice as many would be free around each mark.
    """
    digest, now = _digest(limit, who), timezone.now()
    ends_at = now + timedelta(seconds=limit.seconds)
    Tally.objects.bulk_create([Tally(digest=digest, ends_at=ends_at)], ignore_conflicts=True)
    is_over = Q(ends_at__lte=now)
    # The update locks the row: of two who come at once, the second sees the first one's count.
    within = Tally.objects.filter(is_over | Q(count__lt=limit.most), pk=digest)
    if not within.update(
        count=Case(When(is_over, then=1), default=F("count") + 1),
        ends_at=Case(When(is_over, then=Value(ends_at)), default=F("ends_at")),
    ):
        raise LimitReachedError(_seconds_left(digest, now))


def forgive(limit: Limit, who: str) -> None:
    """Take one attempt back: it was the right person."""
    counted = Tally.objects.filter(pk=_digest(limit, who), count__gt=0)
    counted.update(count=F("count") - 1)


def forget_past(now: datetime) -> None:
    """Delete counts that are over."""
    Tally.objects.filter(ends_at__lt=now).delete()


def name_of(typed: str) -> str:
    """Return what was typed in the one form that all its spellings share."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def network() -> str:
    """Return the network that the current request comes from: an address, for IPv6 a /64."""
    return network_of(current_origin().ip)


def network_of(ip: str) -> str:
    """Return the network of an address; "" stays ""."""
    if not ip:
        return ""
    address = ipaddress.ip_address(ip)
    if address.version == 6 and address.ipv4_mapped:  # noqa: PLR2004 - IPv6
        return str(address.ipv4_mapped)
    bits = _HOME if address.version == 6 else address.max_prefixlen  # noqa: PLR2004 - IPv6
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)


def _digest(limit: Limit, who: str) -> str:
    """Return what stands for this limit and person, so that no name or address is kept."""
    return hashlib.sha256(f"{limit.name}\n{who}".encode()).hexdigest()


def _seconds_left(digest: str, now: datetime) -> int:
    """Return the seconds until the next attempt counts afresh, at least one."""
    ends_at = Tally.objects.filter(pk=digest).values_list("ends_at", flat=True).first() or now
    return max(1, round((ends_at - now).total_seconds()))
