"""Who holds which phone number, and how numbers are bought, given back, set up and moved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator import audit, money, number_pool, past, webhooks
from simulator.money import InsufficientBalanceError
from simulator.number_pool import Offer
from simulator.records import OwnedNumber
from simulator.state import State, UnknownAccountError


class MethodFailedError(Exception):
    """It did not work. Vonage says no more than this."""


class AddressRequiredError(Exception):
    """Numbers of this country are sold to those who show an address there."""


class TransferError(Exception):
    """A number cannot move between two accounts; the subclass says why."""


class StrangersError(TransferError):
    """One of the accounts is not of this family."""


class BannedError(TransferError):
    """One of the accounts is suspended."""


class MissingNumberError(TransferError):
    """Nobody of the family holds the number."""


class AlreadyThereError(TransferError):
    """The account that shall receive the number holds it."""


class NotOwnedError(TransferError):
    """The account that shall give the number does not hold it."""


def owned(state: State, api_key: str, stale_seconds: float = 0) -> list[OwnedNumber]:
    """Return the numbers of one account, by number, as they were so many seconds ago."""
    rows = past.rows(state, state.store.numbers, stale_seconds)
    held = [number for number in rows.values() if number.owner == api_key]
    return sorted(held, key=lambda number: number.msisdn)


def available(state: State, country: str) -> list[Offer]:
    """Return what is for sale in a country."""
    taken = state.store.numbers.rows
    return [offer for offer in number_pool.offers(country) if offer.msisdn not in taken]


def matcher(pattern: str, how: str) -> Callable[[str], bool]:
    """Return the test of `search_pattern`: 0 begins with, 1 contains, 2 ends with."""
    tests: dict[str, Callable[[str], bool]] = {
        "0": lambda msisdn: msisdn.startswith(pattern),
        "1": lambda msisdn: pattern in msisdn,
        "2": lambda msisdn: msisdn.endswith(pattern),
    }
    return tests[how]


def give(state: State, offer: Offer, *, owner: str) -> OwnedNumber:
    """Let an account hold a number, unasked and free of charge."""
    number = OwnedNumber(offer.msisdn, offer.country, offer.type, offer.features, owner)
    with state.change("give number") as draft:
        draft.put(state.store.numbers, number.msisdn, number)
    return number


def buy(state: State, *, msisdn: str, country: str, buyer: str, target: str = "") -> OwnedNumber:
    """Let `target`, or else the buyer, hold the number, and charge it at once.

    MethodFailedError, AddressRequiredError.
    """
    if country in number_pool.NEEDS_ADDRESS:
        raise AddressRequiredError(country)
    offer = number_pool.by_msisdn().get(msisdn)
    with state.change("buy number") as draft:
        owner = _target(state, buyer, target)
        if offer is None or offer.country != country or msisdn in state.store.numbers.rows:
            raise MethodFailedError(msisdn)
        try:
            state.charge(owner, offer.cost + (offer.setup or money.ZERO))
        except InsufficientBalanceError:
            raise MethodFailedError(msisdn) from None
        number = OwnedNumber(msisdn, country, offer.type, offer.features, owner)
        draft.put(state.store.numbers, msisdn, number)
        audit.record(state, audit.NUMBER_BOUGHT, owner, _context(number))
    return number


def cancel(state: State, *, msisdn: str, country: str, caller: str, target: str = "") -> None:
    """Give a number back to the pool; MethodFailedError."""
    with state.change("cancel number") as draft:
        number = _held(state, msisdn, country, owner=_target(state, caller, target))
        draft.put(state.store.numbers, msisdn, None)
        audit.record(state, audit.NUMBER_CANCELED, number.owner, _context(number))


def update(state: State, *, msisdn: str, country: str, caller: str, wanted: dict[str, Any]) -> None:
    """Set a number up anew: what `wanted` leaves out is reset. MethodFailedError.

    `wanted` has fields of `OwnedNumber`, from `app_id` on.
    """
    if not all(webhooks.answers(state, wanted.get(name, "")) for name in URLS):
        raise MethodFailedError(msisdn)
    with state.change("update number") as draft:
        before = _held(state, msisdn, country, owner=caller)
        bare = OwnedNumber(msisdn, country, before.type, before.features, caller)
        after = replace(bare, **wanted)
        draft.put(state.store.numbers, msisdn, after)
        audit.record(state, audit.NUMBER_UPDATED, caller, _context(after))
        if before.app_id != after.app_id:
            kind = audit.NUMBER_LINKED if after.app_id else audit.NUMBER_UNLINKED
            linked = {"applicationId": after.app_id or before.app_id, "account": caller}
            audit.record(state, kind, caller, {"country": country, "msisdn": msisdn} | linked)


def transfer(state: State, *, msisdn: str, country: str, source: str, target: str) -> OwnedNumber:
    """Move a number within the family, without its webhooks and its application.

    A subclass of TransferError.
    """
    with state.change("transfer number") as draft:
        try:
            sides = (state.account(source), state.account(target))
        except UnknownAccountError:
            raise StrangersError(msisdn) from None
        if any(side.suspended for side in sides):
            raise BannedError(msisdn)
        number = state.store.get(state.store.numbers, msisdn)
        if number is None or number.country != country:
            raise MissingNumberError(msisdn)
        if number.owner == target:
            raise AlreadyThereError(msisdn)
        if number.owner != source:
            raise NotOwnedError(msisdn)
        moved = OwnedNumber(msisdn, country, number.type, number.features, target)
        draft.put(state.store.numbers, msisdn, moved)
    return moved


URLS = ("message_url", "voice_status_url")


def _target(state: State, caller: str, target: str) -> str:
    """Return whom a purchase is for: the primary account may act for its subaccounts."""
    if target in {"", caller}:
        return caller
    if caller != state.primary_key or target not in state.store.accounts.rows:
        raise MethodFailedError(target)
    return target


def _held(state: State, msisdn: str, country: str, *, owner: str) -> OwnedNumber:
    number = state.store.get(state.store.numbers, msisdn)
    if number is None or number.owner != owner or number.country != country:
        raise MethodFailedError(msisdn)
    return number


def _context(number: OwnedNumber) -> dict[str, Any]:
    """Return what an audit event says about a number, as one was printed in 2021."""
    context = {
        "country": number.country,
        "msisdn": number.msisdn,
        "http": number.message_url,
        "voice-type": number.voice_type,
        "voice-value": number.voice_value,
        "accountId": number.owner,
    }
    return {name: value for name, value in context.items() if value}
