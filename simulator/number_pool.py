"""The phone numbers that may be bought, country by country.

Where a country keeps numbers for films and books, they are those.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import count, islice

MOBILE, LANDLINE, TOLL_FREE = "mobile-lvn", "landline", "landline-toll-free"
SMS, VOICE = ("SMS",), ("VOICE",)
BOTH, ALL = ("VOICE", "SMS"), ("VOICE", "SMS", "MMS")


@dataclass(frozen=True, slots=True)
class Offer:
    """A number for sale: `cost` EUR per month, `setup` EUR once (None: it is not mentioned)."""

    msisdn: str
    country: str
    type: str
    features: tuple[str, ...]
    cost: Decimal
    setup: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """`size` numbers of one kind that begin with `prefix` and have `digits` digits more."""

    country: str
    prefix: str
    digits: int
    size: int
    type: str
    features: tuple[str, ...]
    cost: str
    setup: str = ""

    def offers(self) -> tuple[Offer, ...]:
        """Return the numbers of the block in order, spread evenly over it."""
        step = 10**self.digits // self.size
        cost, setup = Decimal(self.cost), Decimal(self.setup) if self.setup else None
        return tuple(
            Offer(
                f"{self.prefix}{number:0{self.digits}}",
                self.country,
                self.type,
                self.features,
                cost,
                setup,
            )
            for number in islice(count(0, step), self.size)
        )


AREAS = (202, 212, 305, 312, 415, 503, 617, 702)
BLOCKS = (
    Block("GB", "447700900", 3, 1000, MOBILE, BOTH, "1.00"),
    Block("GB", "44700700000", 1, 10, MOBILE, BOTH, "0.80"),
    Block("GB", "44207946", 4, 1000, LANDLINE, VOICE, "1.00"),
    Block("GB", "448081570", 3, 100, TOLL_FREE, VOICE, "2.50", "5.00"),
    *(Block("US", f"1{area}55501", 2, 100, MOBILE, ALL, "0.90") for area in AREAS),
    Block("US", "188855501", 2, 100, TOLL_FREE, BOTH, "1.80", "3.00"),
    Block("CA", "161355501", 2, 100, MOBILE, ALL, "0.95"),
    Block("DE", "4917139200", 2, 100, MOBILE, BOTH, "1.95"),
    Block("DE", "493023125", 3, 200, LANDLINE, VOICE, "1.20"),
    Block("FR", "33639980", 3, 200, MOBILE, BOTH, "2.10"),
    Block("FR", "33199001", 3, 200, LANDLINE, VOICE, "1.10"),
    Block("ES", "346000000", 2, 100, MOBILE, SMS, "2.20"),
    Block("SE", "46701740", 3, 100, MOBILE, BOTH, "1.50"),
    Block("NL", "3197010000", 2, 100, MOBILE, SMS, "1.75"),
    Block("AU", "6149157", 4, 100, MOBILE, BOTH, "3.10"),
    Block("IE", "35320910", 3, 50, LANDLINE, VOICE, "1.30"),
)
NEEDS_ADDRESS = frozenset({"DE", "FR"})  # sold in the dashboard only


@cache
def offers(country: str) -> tuple[Offer, ...]:
    """Return everything that is ever for sale in a country (two letters, upper case)."""
    return tuple(o for block in BLOCKS if block.country == country for o in block.offers())


@cache
def by_msisdn() -> dict[str, Offer]:
    """Return everything that is ever for sale, by number."""
    return {offer.msisdn: offer for block in BLOCKS for offer in block.offers()}


def some(seed: str, size: int) -> list[Offer]:
    """Return as many different offers, always the same ones for a seed."""
    ranked = sorted(
        by_msisdn().values(),
        key=lambda offer: hashlib.sha256(f"{seed} {offer.msisdn}".encode()).digest(),
    )
    return ranked[:size]
