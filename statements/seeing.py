"""What a person sees of a statement. Page, CSV, PDF and mail show this and nothing else.

Opening, closing and difference are kept at cost and would tell it, so they take the right to see
what Vonage charges, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Account
from statements.models import Line, Statement
from statements.months import Month
from statements.wording import said
from teams import policy
from teams.capabilities import EVERYTHING, NOTHING, Capability, Mask
from teams.models import Reach
from teams.policy import Actor

Kind = Line.Kind
_AT_COST = {Kind.OPENING, Kind.SHARED, Kind.COMPUTED, Kind.MIRROR, Kind.DIFFERENCE}
_MOVES = {Kind.TRANSFER_IN, Kind.TRANSFER_OUT, Kind.CREDIT_IN, Kind.CREDIT_OUT}
_OF_RESALE = {"two_lists", "no_list", "partly_priced"}
_OF_MOVES = {"shares_balance", "transfers_unread", "transfers_late"}
_OF_USAGE = {"days_unknown", "unasked"}
_C = Capability


@dataclass(frozen=True)
class Sight:
    """What somebody sees of the statements of one account."""

    held: Mask

    def _has(self, *capabilities: Capability) -> bool:
        return all(self.held & each.bit for each in capabilities)

    @property
    def cost(self) -> bool:
        """What Vonage charges."""
        return self._has(_C.PRICING_COST)

    @property
    def resale(self) -> bool:
        """What it is resold for."""
        return self._has(_C.PRICING_RESALE)

    @property
    def moves(self) -> bool:
        """What was moved."""
        return self._has(_C.BALANCE_VIEW, _C.TRANSFER_VIEW)

    @property
    def balances(self) -> bool:
        """What there was at the beginning and at the end."""
        return self.moves and self.cost

    @property
    def numbers(self) -> bool:
        """How many phone numbers it holds."""
        return self._has(_C.NUMBER_VIEW)

    @property
    def records(self) -> bool:
        """The records of which a line is the sum."""
        return self._has(_C.USAGE_VIEW, _C.REPORT_EXPORT)


@dataclass(frozen=True)
class Shown:
    """One line as a person sees it; None is not shown or not known."""

    kind: str
    name: str
    product: str
    direction: str
    count: int | None
    cost: Decimal | None
    resale: Decimal | None
    currency: str

    @property
    def is_usage(self) -> bool:
        """Whether it is the sum of records."""
        return self.kind == Kind.USAGE

    @property
    def is_move(self) -> bool:
        """Whether it is the sum of transfers."""
        return self.kind in _MOVES

    @property
    def is_balance(self) -> bool:
        """Whether it is a balance that the account's history shows."""
        return self.kind in {Kind.OPENING, Kind.MIRROR}

    @property
    def is_priced(self) -> bool:
        """Whether it is an amount of money at all."""
        return self.kind != Kind.NUMBERS

    @property
    def is_unknown(self) -> bool:
        """Whether its figure is not known. Of usage without a price that is not said."""
        return not self.is_usage and (self.cost if self.is_priced else self.count) is None


@dataclass(frozen=True)
class View:
    """A statement as a person sees it."""

    statement: Statement
    account: Account
    sight: Sight
    lines: list[Shown]
    notes: list[str] = field(default_factory=list)
    # What may explain the difference.
    reasons: list[str] = field(default_factory=list)

    @property
    def month(self) -> Month:
        """Its month."""
        return Month(self.statement.month, self.statement.zone)

    @property
    def title(self) -> str:
        """Which month, in words."""
        return f"{self.statement.month:%B %Y}"

    @property
    def records(self) -> int:
        """How many records there are of all products."""
        return sum(each.count or 0 for each in self.lines if each.is_usage)

    @property
    def costs(self) -> dict[str, Decimal]:
        """What all usage cost, by currency; empty where that is not shown."""
        return _totals((each.currency, each.cost) for each in self.lines if each.is_usage)

    @property
    def resales(self) -> dict[str, Decimal]:
        """What all usage that has a price is resold for, by currency."""
        return _totals((each.currency, each.resale) for each in self.lines if each.is_usage)

    @property
    def difference(self) -> Decimal | None:
        """How the end differs from what was computed."""
        return next((each.cost for each in self.lines if each.kind == Kind.DIFFERENCE), None)


def statements_of(actor: Actor) -> QuerySet[Statement]:
    """Return the statements, of all revisions, of accounts whose usage the person sees."""
    rows = Statement.objects.filter(workspace=actor.workspace).select_related("account")
    if actor.extent(Capability.USAGE_VIEW).everything:
        return rows
    visible = Account.objects.visible_to(actor, Capability.USAGE_VIEW)
    return rows.filter(account__in=visible.values("pk"))


def view_of(actor: Actor, statement: Statement) -> View:
    """Return one statement as the person sees it. Two queries at most.

    Raises `Http404` where the person does not see the account's usage.
    """
    found = views_of(actor, [statement])
    if not found:
        raise Http404
    return found[0]


def views_of(actor: Actor, statements: Sequence[Statement]) -> list[View]:
    """Return statements, whose accounts are loaded, as the person sees them. Two queries at most.

    Those on whose account the person does not hold the right are left out.
    """
    held = _held(actor, [each.account for each in statements])
    seen = [each for each in statements if held[each.account_id] & Capability.USAGE_VIEW.bit]
    lines: dict[int, list[Line]] = {}
    for line in Line.objects.filter(statement__in=seen).order_by("statement_id", "place"):
        lines.setdefault(line.statement_id, []).append(line)
    return [_view(each, Sight(held[each.account_id]), lines.get(each.pk, [])) for each in seen]


def _held(actor: Actor, accounts: Iterable[Account]) -> dict[int, Mask]:
    """Return what the person holds on each of the accounts. One query at most."""
    found = {each.pk: each for each in accounts if each.workspace_id == actor.workspace.pk}
    if actor.is_primary_user:
        return dict.fromkeys(found, EVERYTHING)
    rows = Reach.objects.filter(member=actor.member_id, account__in=list(found))
    reached = dict(rows.values_list("account_id", "grants"))
    masks = {}
    for pk, account in found.items():
        bits = reached.get(pk, NOTHING)
        holding = policy.those_holding(actor.holdings, is_primary=account.is_primary, reached=bits)
        masks[pk] = NOTHING
        for each in holding:
            masks[pk] |= each.mask
    return masks


def _view(statement: Statement, sight: Sight, lines: list[Line]) -> View:
    notes = [(code, more) for code, more in statement.notes if _is_told(code, sight)]

    def words(*, why: bool) -> list[str]:
        told = [(code, more) for code, more in notes if code.startswith("why") == why]
        return [said(code, more, statement.zone) for code, more in told]

    shown = [_shown(each, sight) for each in lines if _is_shown(each.kind, sight)]
    return View(statement, statement.account, sight, shown, words(why=False), words(why=True))


def _is_shown(kind: str, sight: Sight) -> bool:
    if kind in _AT_COST:
        return sight.balances
    if kind in _MOVES:
        return sight.moves
    return kind != Kind.NUMBERS or sight.numbers


def _is_told(code: str, sight: Sight) -> bool:
    if code in _OF_RESALE:
        return sight.resale
    if code in _OF_USAGE:
        return True
    return sight.moves if code in _OF_MOVES else sight.balances


def _shown(line: Line, sight: Sight) -> Shown:
    is_usage = line.kind == Kind.USAGE
    sees_money = line.kind != Kind.NUMBERS and (sight.cost or sight.resale or not is_usage)
    return Shown(
        line.kind,
        line.name,
        line.product,
        line.direction,
        line.count,
        line.amount if sight.cost or not is_usage else None,
        line.resale if sight.resale else None,
        line.currency if sees_money else "",
    )


def _totals(amounts: Iterable[tuple[str, Decimal | None]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        if amount is not None:
            found[currency] = found.get(currency, Decimal(0)) + amount
    return found
