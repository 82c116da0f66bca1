"""How often somebody may try before they must wait, counted in the database.

Guessing is slow work anyway, so it may cost a statement; in return the count is exact across
processes, survives restarts, and holds while Redis is gone.
"""

import hashlib
import ipaddress
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from audit.origin import current_origin
from teams.models import Tally

_HOME = 64
"""Bits of an IPv6 address that belong to one customer; the rest they choose themselves."""


@dataclass(frozen=True)
class Limit:
    """So many attempts in each stretch of so many seconds."""

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
    """Count one attempt, or raise `LimitReachedError` where there were too many."""
    digest, ends_at = _stretch(limit, who)
    Tally.objects.bulk_create([Tally(digest=digest, ends_at=ends_at)], ignore_conflicts=True)
    # The update locks the row: of two who come at once, the second sees the first one's count.
    within = Tally.objects.filter(pk=digest, count__lt=limit.most)
    if not within.update(count=F("count") + 1):
        wait = (ends_at - timezone.now()).total_seconds()
        raise LimitReachedError(max(1, round(wait)))


def forgive(limit: Limit, who: str) -> None:
    """Take one attempt back: it was the right person."""
    counted = Tally.objects.filter(pk=_stretch(limit, who)[0], count__gt=0)
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


def _stretch(limit: Limit, who: str) -> tuple[str, datetime]:
    """Return the digest of this limit, person and stretch of time, and when the stretch ends."""
    place = int(timezone.now().timestamp()) // limit.seconds
    digest = hashlib.sha256(f"{limit.name}\n{place}\n{who}".encode()).hexdigest()
    start = datetime.fromtimestamp(place * limit.seconds, UTC)
    return digest, start + timedelta(seconds=limit.seconds)
