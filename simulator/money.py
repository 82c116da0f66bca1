"""The rules of balance and credit, as pure functions on `Funds`.

All amounts are `Decimal` euros. A credit limit has the sign of the wire: zero or negative
(-100 means: the balance may go down to -100). Source: the FACTS on money, section 7.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal(0)
MOST_DECIMALS = 8  # what `get-balance` shows; the subaccounts API shows four of them


class AmountError(ValueError):
    """The amount is not a positive `Decimal` with at most eight decimals."""


class InsufficientBalanceError(Exception):
    """The account cannot spend or give away so much balance."""


class InsufficientCreditError(Exception):
    """The account has not so much unused credit to give away."""


@dataclass(frozen=True, slots=True)
class Funds:
    """What one account owns: `balance` and `credit_limit` (zero or negative), in EUR.

    Raises ValueError where the balance would be below the credit limit.
    """

    balance: Decimal = ZERO
    credit_limit: Decimal = ZERO

    def __post_init__(self) -> None:
        if not self.credit_limit <= ZERO:
            raise ValueError("A credit limit is zero or negative.")
        if not self.balance >= self.credit_limit:
            raise ValueError("A balance cannot be below the credit limit.")


def spendable(funds: Funds) -> Decimal:
    """Return what chargeable calls may still use: the balance and the credit behind it."""
    return funds.balance + abs(funds.credit_limit)


def available_for_transfer(funds: Funds) -> Decimal:
    """Return the balance that may be given away. It may draw on credit."""
    return abs(funds.balance - funds.credit_limit)


def credit_available(funds: Funds) -> Decimal:
    """Return the credit that may be given away: the part that is not in use."""
    in_use = abs(funds.balance) if funds.balance < ZERO else ZERO
    return abs(funds.credit_limit) - in_use


def charge(funds: Funds, amount: Decimal) -> Funds:
    """Return the funds after `amount` was used; InsufficientBalanceError where it is not there."""
    _check(amount)
    _require_balance(amount, spendable(funds))
    return replace(funds, balance=funds.balance - amount)


def pay(funds: Funds, amount: Decimal) -> Funds:
    """Return the funds after a payment of `amount` came in."""
    _check(amount)
    return replace(funds, balance=funds.balance + amount)


def transfer_balance(*, source: Funds, target: Funds, amount: Decimal) -> tuple[Funds, Funds]:
    """Return source and target after `amount` of balance moved; the source may go negative.

    Raises AmountError or InsufficientBalanceError.
    """
    _check(amount)
    _require_balance(amount, available_for_transfer(source))
    return (
        replace(source, balance=source.balance - amount),
        replace(target, balance=target.balance + amount),
    )


def transfer_credit(*, source: Funds, target: Funds, amount: Decimal) -> tuple[Funds, Funds]:
    """Return source and target after `amount` of unused credit moved.

    Raises AmountError or InsufficientCreditError.
    """
    _check(amount)
    if amount > credit_available(source):
        raise InsufficientCreditError(f"Only {credit_available(source)} of credit is unused.")
    return (
        replace(source, credit_limit=source.credit_limit + amount),
        replace(target, credit_limit=target.credit_limit - amount),
    )


def decimals(amount: Decimal) -> int:
    """Return how many decimals a finite amount needs, however long or large it is."""
    _, digits, exponent = amount.as_tuple()
    places = -int(exponent)
    while places > 0 and not digits[-1]:
        digits, places = digits[:-1] or (0,), places - 1
        if digits == (0,):
            return 0
    return max(places, 0)


def _check(amount: Decimal) -> None:
    if not isinstance(amount, Decimal):
        raise AmountError("An amount is a Decimal.")
    if not amount.is_finite() or amount <= ZERO:
        raise AmountError("An amount is greater than zero.")
    if decimals(amount) > MOST_DECIMALS:
        raise AmountError(f"An amount has at most {MOST_DECIMALS} decimals.")


def _require_balance(amount: Decimal, available: Decimal) -> None:
    if amount > available:
        raise InsufficientBalanceError(f"Only {available} is available.")
