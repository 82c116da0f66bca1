"""Which subaccount a person means to move money of: by its API key, its name, or a part of it."""

from accounts.models import Account
from accounts.naming import LONGEST_NAME, folded
from accounts.querysets import AccountQuerySet
from accounts.search import How, search_for
from teams.capabilities import Capability
from teams.policy import Actor

SUGGESTED = 100
"""So many accounts are offered at a time; the others are found by what one types."""
LONGEST = 200
"""Characters that may be typed."""
MOST_NAMED = 3
_LAST = "\U0010ffff"


class NotMeantError(Exception):
    """None, or several, are meant; the text is for the person."""


def meant(actor: Actor, typed: str) -> Account:
    """Return the one subaccount that is meant, of those that the person sees.

    By its key, else by its whole name, else, of those with money that the person may move, by
    what the search of the list finds. Raises `NotMeantError`.
    """
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW).filter(is_primary=False)
    if by_key := list(visible.filter(api_key=typed)):
        return _only(by_key, "have this key")
    if named := _named(visible, typed):
        return _only(named, "have this name")
    # What folds to nothing would find everything.
    found = list(offered(actor, typed)[: MOST_NAMED + 1]) if folded(typed) else []
    return _only(found, "fit")


def offered(actor: Actor, typed: str) -> AccountQuerySet:
    """Return what a search finds of the subaccounts with money that the person may move.

    Whoever may move balance to an account may move it back, and credit: `teams.levels`.
    """
    movable = Account.objects.visible_to(actor, Capability.TRANSFER_BALANCE_GIVE).listed()
    own = movable.filter(is_primary=False, shares_balance=False)
    return own.matching(*search_for(typed)).order_by("listing_key")


def _named(visible: AccountQuerySet, typed: str) -> list[Account]:
    """Return those of this name, whatever its case; where one is written just so, only that."""
    name = folded(typed)[:LONGEST_NAME]
    if not name:
        return []
    # In the column that lists are sorted by, the name ends at a tab.
    alike = visible.matching(How.BEGINNING, f"{name}\t", f"{name}\t{_LAST}")
    found = list(alike.order_by("listing_key")[: MOST_NAMED + 1])
    exact = list(alike.filter(name=typed)[:2])
    return exact if len(exact) == 1 else found


def _only(found: list[Account], how: str) -> Account:
    if not found:
        raise NotMeantError("There is no subaccount with this key or name.")
    if len(found) > 1:
        named = [f"{each} ({each.api_key})" for each in found[:MOST_NAMED]]
        more = " and more" if len(found) > MOST_NAMED else ""
        raise NotMeantError(
            f"Several subaccounts {how}: {', '.join(named)}{more}. Give the API key of one."
        )
    return found[0]
