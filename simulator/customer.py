"""A believable customer: a communications reseller, its money and its own customers.

The same seed and number give the same customer, to the last digit and millisecond.
"""

import hashlib
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from simulator import api_secrets, audit, names, number_pool
from simulator.api_secrets import Secret
from simulator.money import ZERO, Funds
from simulator.records import Account, OwnedNumber
from simulator.state import State

FOUNDED = datetime(2019, 3, 4, 8, 15, 27, 414_000, tzinfo=UTC)
LATEST = datetime(2026, 9, 28, 16, 40, 3, tzinfo=UTC)
CREDIT_PER_DOZENS = Decimal(5000)  # EUR of credit of the primary account for every 24 subaccounts

NUMBERED = 24  # so many subaccounts, the oldest, hold a phone number
FIRST_NUMBER = "447700900000"  # the primary account's; examples everywhere use it
Draw = Callable[[random.Random], Funds | None]


def build(
    *,
    subaccounts: int,
    seed: str,
    api_key: str,
    api_secret: str,
    provisioned: bool = True,
) -> State:
    """Return the customer with so many subaccounts. The credentials are the primary account's.

    The secret of a subaccount is `secret_of(seed=…, api_key=…)`.
    """
    rng = _chance(f"subaccounts {seed}")
    keys = _keys(seed, subaccounts, taken=api_key)
    dates = _dates(seed, subaccounts)
    family = [
        _subaccount(index, api_key=key, seed=seed, created_at=created_at, rng=rng)
        for index, (key, created_at) in enumerate(zip(keys, dates, strict=True))
    ]
    primary = _primary(api_key=api_key, api_secret=api_secret, seed=seed, size=subaccounts)
    state = State(primary=primary, subaccounts=family, provisioned=provisioned, seed=seed)
    _furnish(state, family[:NUMBERED])
    return state


def _furnish(state: State, family: list[Account]) -> None:
    """Give the customer its phone numbers and its past in the dashboard."""
    primary, offers = state.primary_key, number_pool.some(state.seed, len(family) + 3)
    drama = number_pool.by_msisdn()[FIRST_NUMBER]
    owners = [primary, primary, primary, *(account.api_key for account in family)]
    for owner, offer in [*zip(owners, offers, strict=True), (primary, drama)]:
        number = OwnedNumber(offer.msisdn, offer.country, offer.type, offer.features, owner)
        state.store.numbers.rows[number.msisdn] = number
    rng = _chance(f"events {state.seed}")
    for event in audit.past(rng, account_id=primary, start=FOUNDED, end=LATEST):
        state.store.events.rows[event.id] = event


def secret_of(*, seed: str, api_key: str) -> str:
    """Return the secret that the customer of this seed gave to a subaccount."""
    return "Sim1" + hashlib.sha256(f"secret {seed} {api_key}".encode()).hexdigest()[:16]


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - it shall be foreseeable


def _keys(seed: str, number: int, *, taken: str) -> list[str]:
    """Return unique keys of 8 hex digits. A larger customer begins with those of a smaller."""
    keys: dict[str, None] = {}
    for attempt in count():
        if len(keys) == number:
            break
        key = hashlib.sha256(f"key {seed} {attempt}".encode()).hexdigest()[:8]
        if key != taken:
            keys[key] = None
    return list(keys)


def _dates(seed: str, number: int) -> list[datetime]:
    """Return ascending dates between the founding and the latest customer."""
    rng = _chance(f"dates {seed}")
    step = (LATEST - FOUNDED) / (number + 1)
    return [FOUNDED + step * (i + 1) + step * rng.random() * 0.9 for i in range(number)]


def _primary(*, api_key: str, api_secret: str, seed: str, size: int) -> Account:
    limit = CREDIT_PER_DOZENS * max(1, -(-size // len(MIX)))
    used = limit * _chance(f"primary {seed}").randrange(1500, 3500) / 10_000
    wobble = _between(_chance(f"wobble {seed}"), "0", "9.9999")
    secret = api_secrets.conceal(
        api_key=api_key, text=api_secret, created_at=FOUNDED, secret_id=_id(seed, api_key)
    )
    funds = Funds(balance=-used - wobble, credit_limit=-limit)
    return Account(api_key, names.PRIMARY, funds, FOUNDED, (secret,))


def _subaccount(
    index: int, *, api_key: str, seed: str, created_at: datetime, rng: random.Random
) -> Account:
    draw, suspended = MIX[index % len(MIX)]
    funds = draw(rng)
    name = names.first(index) or names.another(rng)
    secrets = (_secret(seed, api_key, created_at),)
    return Account(api_key, name, funds, created_at, secrets, suspended)


def _secret(seed: str, api_key: str, created_at: datetime) -> Secret:
    text = secret_of(seed=seed, api_key=api_key)
    return api_secrets.conceal(
        api_key=api_key, text=text, created_at=created_at, secret_id=_id(seed, api_key)
    )


def _id(seed: str, api_key: str) -> str:
    return str(uuid.UUID(hashlib.sha256(f"id {seed} {api_key}".encode()).hexdigest()[:32]))


def _between(rng: random.Random, low: str, high: str) -> Decimal:
    """Return an amount with four decimals, from low to high inclusive."""
    lowest, highest = (int(Decimal(text).scaleb(4)) for text in (low, high))
    return Decimal(rng.randint(lowest, highest)).scaleb(-4)


# The kinds of account, each a way to draw its funds.


def _shared(_rng: random.Random) -> None:
    return None


def _prepaid(rng: random.Random) -> Funds:
    return Funds(_between(rng, "18", "480"))


def _generous(rng: random.Random) -> Funds:
    return Funds(_between(rng, "6200", "18500"))


def _near_zero(rng: random.Random) -> Funds:
    return Funds(_between(rng, "0.0024", "0.9"))


def _fresh(_rng: random.Random) -> Funds:
    return Funds()


def _postpaid(rng: random.Random) -> Funds:
    return Funds(_between(rng, "5", "220"), _credit(rng))


def _negative(rng: random.Random) -> Funds:
    limit = _credit(rng)
    return Funds(-_between(rng, "8", "92"), limit)


def _at_limit(rng: random.Random) -> Funds:
    limit = _credit(rng)
    return Funds(limit + _between(rng, "0.0011", "0.45"), limit)


def _credit(rng: random.Random) -> Decimal:
    return ZERO - rng.randrange(100, 501, 50)


# Who comes in which order, and who is suspended; then again from the start.
MIX: tuple[tuple[Draw, bool], ...] = (
    (_prepaid, False),
    (_shared, False),
    (_postpaid, False),
    (_prepaid, False),
    (_generous, False),
    (_near_zero, False),
    (_shared, False),
    (_negative, False),
    (_prepaid, False),
    (_shared, False),
    (_prepaid, True),
    (_shared, False),
    (_postpaid, False),
    (_at_limit, False),
    (_shared, False),
    (_prepaid, False),
    (_near_zero, False),
    (_shared, True),
    (_prepaid, False),
    (_negative, False),
    (_shared, False),
    (_postpaid, False),
    (_prepaid, False),
    (_fresh, False),
)
