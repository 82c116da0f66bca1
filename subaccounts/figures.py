"""Both sides of a transfer: what they have, what is on its way, and what they would have."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, Sum

from accounts.models import Account, Balance
from money.formatting import format_money
from operations.models import Operation
from operations.models.asked import Asked
from operations.states import HELD
from subaccounts.sides import Sides, sides_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor

NOTHING = Decimal(0)
CREDIT = "credit_transfer"
_NOTHING_LEFT = (
    "This empties the account: nothing is left to spend, and calls that cost money stop."
)


class Figures(NamedTuple):
    """Balance and credit limit in EUR; the limit zero or positive, None where unknown."""

    balance: Decimal
    credit: Decimal | None

    def available(self, kind: str) -> Decimal | None:
        """Return what can be moved away: FACTS say how Vonage reckons it."""
        if self.credit is None:
            return None
        if kind == CREDIT:
            return self.credit - max(-self.balance, NOTHING)
        return self.balance + self.credit

    def why(self, kind: str) -> str:
        """Return what makes up the available amount, in words."""
        if self.credit is None:
            return ""
        if kind != CREDIT:
            return "balance and credit limit together"
        return "the credit limit" + (", without what is used of it" if self.balance < 0 else "")

    def moved(self, kind: str, amount: Decimal) -> "Figures":
        """Return the figures after `amount` (below zero: away) has come."""
        if kind == CREDIT:
            return self._replace(credit=None if self.credit is None else self.credit + amount)
        return self._replace(balance=self.balance + amount)


@dataclass(frozen=True)
class Side:
    """One side as a person sees it. now, after: None where the figures are not shown or unknown.

    leaving: what other operations take away from it, and is not gone yet. why: what makes up the
    available amount.
    """

    account: Account
    is_named: bool
    is_shown: bool
    gives: bool
    now: Figures | None
    after: Figures | None
    available: Decimal | None
    leaving: Decimal
    why: str = ""


def sides_shown(actor: Actor, asked: Asked) -> list[Side]:
    """Return who gives and who receives, as far as the person may know."""
    sides = sides_of(asked)
    balances = {
        each.pk: each
        for each in Balance.objects.filter(pk__in=[sides.primary.pk, sides.subaccount.pk])
    }
    leaving = _leaving(asked, sides)
    return [
        _side(actor, asked, account, gives=gives, balances=balances, leaving=leaving)
        for account, gives in ((sides.giver, True), (sides.receiver, False))
    ]


def _side(
    actor: Actor,
    asked: Asked,
    account: Account,
    *,
    gives: bool,
    balances: dict[int, Balance],
    leaving: dict[str, Decimal],
) -> Side:
    held = policy.held_on(actor, account)
    is_shown = bool(held & Capability.BALANCE_VIEW.bit)
    now = _figures(balances.get(account.pk)) if is_shown else None
    amount = asked.amount or NOTHING
    return Side(
        account=account,
        is_named=bool(held & Capability.ACCOUNT_VIEW.bit),
        is_shown=is_shown,
        gives=gives,
        now=now,
        after=now and now.moved(asked.kind, -amount if gives else amount),
        available=now and now.available(asked.kind),
        leaving=leaving[account.api_key] if is_shown else NOTHING,
        why=now.why(asked.kind) if now else "",
    )


def _figures(balance: Balance | None) -> Figures | None:
    if balance is None:
        return None
    limit = balance.credit_limit
    return Figures(balance.balance, None if limit is None else abs(limit))


def _leaving(asked: Asked, sides: Sides) -> dict[str, Decimal]:
    """Return what is on its way out of each side, by API key; in one query."""
    keys = (sides.primary.api_key, sides.subaccount.api_key)
    under_way = Operation.objects.filter(
        workspace=asked.workspace_id, kind=asked.kind, state__in=HELD, from_key__in=keys
    ).exclude(form_token=asked.form_token)
    sums = under_way.aggregate(
        **{f"side_{place}": Sum("amount", filter=Q(from_key=key)) for place, key in enumerate(keys)}
    )
    return {key: sums[f"side_{place}"] or NOTHING for place, key in enumerate(keys)}


def warnings(sides: list[Side], asked: Asked) -> list[str]:
    """Return what a person should know before confirming, in sentences."""
    giver = next(each for each in sides if each.gives)
    if giver.now is None or giver.after is None:
        return []
    return [*_of_availability(giver, asked), *_of_emptiness(giver.now, giver.after, asked)]


def _of_availability(giver: Side, asked: Asked) -> list[str]:
    left = None if giver.available is None else giver.available - giver.leaving
    if left is None or asked.amount is None or asked.amount <= left:
        return []
    room = format_money(max(left, NOTHING))
    return [f"Only {room} can be moved away as far as we know; Vonage will most likely refuse it."]


def _of_emptiness(now: Figures, after: Figures, asked: Asked) -> list[str]:
    moves_balance, said = asked.kind != CREDIT, []
    if moves_balance and after.balance < 0:
        where = "goes below zero" if now.balance >= 0 else "is below zero already"
        said = [f"This draws on credit: the balance {where}."]
    if after.credit is not None and after.balance + after.credit == 0:
        return [*said, _NOTHING_LEFT]
    if moves_balance and after.balance == 0:
        said = ["This empties the account: calls that cost money stop, unless it has credit."]
    return said
