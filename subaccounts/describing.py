"""What is asked for, in words and figures, as drafts, operations and approvals show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst

from accounts.models import Account
from money.formatting import format_money
from operations import kinds
from operations.kinds import Line
from operations.models import Operation
from operations.models.asked import Asked
from subaccounts import earlier, figures
from subaccounts.figures import Side
from subaccounts.sides import sides_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.transfers import Direction


@dataclass(frozen=True)
class Described:
    """An operation for a reader. url: where such a thing is asked for, filled with this one.

    form_url: a form of its own where it can be asked for otherwise; empty where there is none.
    """

    title: str
    sentence: str
    url: str
    sides: list[Side] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    form_url: str = ""
    lines: list[Line] = field(default_factory=list)
    unseen: str = ""


def described(actor: Actor, asked: Asked) -> Described:
    """Return what this is, as far as the reader may know of the accounts."""
    if kinds.kind_of(asked.kind).moves_money:
        return _transfer(actor, asked)
    return _change(actor, asked)


class Brief(NamedTuple):
    """An operation as a line of a list."""

    operation: Operation
    title: str
    sentence: str


def briefly(actor: Actor, operations: Iterable[Operation]) -> list[Brief]:
    """Return what these are, as far as the reader may know of the accounts. Two queries."""
    rows = list(operations)
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    about = visible.filter(pk__in={each.account_id for each in rows if each.account_id})
    known = set(about.values_list("pk", flat=True))
    return [
        Brief(
            each,
            kinds.kind_of(each.kind).noun.capitalize(),
            _line(each, str(each.account) if each.account_id in known else "an account"),
        )
        for each in rows
    ]


def _line(operation: Operation, name: str) -> str:
    kind = kinds.kind_of(operation.kind)
    if operation.amount is None or operation.account is None:
        return kind.sentence(operation, name)
    moved = "credit limit" if operation.kind == figures.CREDIT else "balance"
    way = "to" if operation.to_key == operation.account.api_key else "from"
    return f"{format_money(operation.amount)} of {moved} {way} {name}"


def name_of(actor: Actor, account: Any) -> str:
    """Return an account by its name, or only that it is one, where the reader does not see it."""
    if policy.can(actor, Capability.ACCOUNT_VIEW, account):
        return str(account)
    return "the primary account" if account.is_primary else "an account"


def _transfer(actor: Actor, asked: Asked) -> Described:
    sides, kind = sides_of(asked), kinds.kind_of(asked.kind)
    shown = figures.sides_shown(actor, asked)
    amount = format_money(asked.amount) if asked.amount is not None else ""
    giver, receiver = name_of(actor, sides.giver), name_of(actor, sides.receiver)
    moved = "balance" if asked.kind != figures.CREDIT else "credit limit"
    way = "to" if sides.direction is Direction.GIVE else "from"
    query = {
        "account": sides.subaccount.api_key,
        "way": way,
        "kind": asked.kind,
        "amount": f"{asked.amount:.2f}" if asked.amount is not None else "",
        "memo": asked.memo,
    }
    address = reverse("subaccounts:new_transfer", args=[asked.workspace.slug])
    url = f"{address}?{urlencode(query)}"
    may_ask = policy.can(actor, Capability.TRANSFER_BALANCE_GIVE, sides.subaccount)
    return Described(
        title=capfirst(kind.noun),
        sentence=f"{amount} of {moved} from {giver} to {receiver}",
        url=url,
        form_url=f"{url}&{earlier.refused(asked)}".rstrip("&") if may_ask else "",
        sides=shown,
        warnings=figures.warnings(shown, asked),
    )


def _change(actor: Actor, asked: Asked) -> Described:
    kind = kinds.kind_of(asked.kind)
    slug = asked.workspace.slug
    if page := kind.page(asked):
        url = page
    elif asked.account is None:
        url = reverse("subaccounts:create", args=[slug])
    else:
        url = reverse("accounts:detail", args=[slug, asked.account.api_key])
    name = name_of(actor, asked.account) if asked.account else ""
    return Described(
        title=capfirst(kind.noun),
        sentence=kind.sentence(asked, name),
        url=url,
        form_url=kind.form_url(actor, asked),
        lines=kind.lines(actor, asked),
        unseen=kind.unseen(asked),
    )
