"""What somebody typed, as a condition on prices: words, a dialling prefix or a whole number."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q, QuerySet

from accounts.naming import folded
from pricing.models import Price, PriceChange

SHORTEST = 3
"""Letters from which on a word is looked for inside of names."""
LONGEST_PREFIX = 8
"""Digits of a dialling prefix; those of islands share +1 with America and have four."""
_NUMBER = re.compile(r"[+]?[\d\s()./-]*\d[\d\s()./-]*", re.ASCII)


class Number(NamedTuple):
    """Digits from the country's code on. `is_sure`: written with + or 00, so nothing else."""

    digits: str
    is_sure: bool


def number_in(text: str) -> Number | None:
    """Return the telephone number or dialling prefix in the text; None where it is something else.

    What stands in brackets as `(0)` is dialled inside the country only.
    """
    if not _NUMBER.fullmatch(text.strip()):
        return None
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    is_sure = text.strip().startswith(("+", "00"))
    return Number(digits.removeprefix("00"), is_sure) if digits else None


def meant(prices: QuerySet[Price], text: str) -> Q:
    """Return the condition that a price is one for what was typed. At most two queries."""
    number = number_in(text)
    if number is None:
        return _named(text)
    return _towards(prices, number.digits) | _coded(number)


def concerned(changes: QuerySet[PriceChange], text: str) -> Q:
    """Return the condition that a change is about what was typed: of a number, its country.

    At most one query.
    """
    number = number_in(text)
    if number is None:
        return _named(text)
    prefix = _prefix_of(changes, number.digits)
    beginning = Q(dialing_prefix__startswith=number.digits)
    there = Q(dialing_prefix=prefix) if prefix else beginning
    return there | beginning | _coded(number)


def _named(text: str) -> Q:
    """Return the condition that all words stand in the names or codes.

    Of a short text: that it is a code, or that the country's name begins with it.
    """
    wanted = folded(text).split()
    if len(wanted) == 1 and len(wanted[0]) < SHORTEST:
        code = text.strip().upper()
        return Q(country_code=code) | Q(network_code=code) | Q(search__startswith=wanted[0])
    condition = Q()
    for word in wanted:
        condition &= Q(search__contains=word)
    return condition


def _coded(number: Number) -> Q:
    """Return the condition that a network's code or alias begins so: digits alone may be one."""
    if number.is_sure:
        return Q(pk__in=[])
    return Q(search__contains=f" {number.digits}")


def _towards(prices: QuerySet[Price], digits: str) -> Q:
    """Return the condition that a price is for calling a number, or for numbers that begin so.

    The country is the one with the longest dialling prefix; several may share it.
    """
    prefix = _prefix_of(prices, digits)
    if prefix in {"", digits}:
        return Q(dialing_prefix__startswith=digits)
    there = prices.filter(dialing_prefix=prefix)
    lines = there.values_list("pk", "product", "country_name", "network_code", "ranges")
    return Q(pk__in=fitting((Line(*each) for each in lines), digits))


def _prefix_of(rows: "QuerySet[Price] | QuerySet[PriceChange]", digits: str) -> str:
    """Return the longest dialling prefix that the digits begin with; empty where none is known."""
    beginnings = [digits[:length] for length in range(1, min(len(digits), LONGEST_PREFIX) + 1)]
    known = rows.filter(dialing_prefix__in=beginnings)
    return max(known.values_list("dialing_prefix", flat=True).distinct(), key=len, default="")


class Line(NamedTuple):
    """What of a price tells whether it is the one for a number."""

    pk: int
    product: str
    country: str
    network_code: str
    ranges: str

    @property
    def is_whole_country(self) -> bool:
        """It is for all numbers that are in no network."""
        return not self.network_code

    def longest_in(self, digits: str) -> int:
        """Return the length of the longest range that the number is in; 0: in none."""
        return max(
            (len(each) for each in self.ranges.split() if digits.startswith(each)), default=0
        )

    def may_hold(self, digits: str) -> bool:
        """Return whether numbers that begin so may be the network's."""
        return not self.ranges or any(each.startswith(digits) for each in self.ranges.split())


def fitting(lines: Iterable[Line], digits: str) -> list[int]:
    """Return the ids of the prices that may be meant by a number, product by product.

    Where it is in the ranges of networks, those of the longest range and the rest of their
    country; otherwise all whose numbers Vonage does not name.
    """
    by_product: dict[str, list[Line]] = {}
    for line in lines:
        by_product.setdefault(line.product, []).append(line)
    return [each.pk for those in by_product.values() for each in _fitting(those, digits)]


def _fitting(lines: list[Line], digits: str) -> list[Line]:
    longest = max(line.longest_in(digits) for line in lines)
    if not longest:
        return [line for line in lines if line.may_hold(digits)]
    found = [line for line in lines if line.longest_in(digits) == longest]
    countries = {line.country for line in found}
    rest = [line for line in lines if line.is_whole_country and line.country in countries]
    return [*rest, *found]
