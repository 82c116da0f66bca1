"""What a person can have done to an account: links to pages above, by their names."""

from typing import NamedTuple

from django.urls import reverse

from accounts.models import Account
from teams.capabilities import Capability, Mask

_PAGES = (
    (Capability.SETTINGS_VIEW, "Vonage settings", "settings", "account_settings:index"),
    (Capability.SECRET_VIEW, "API secrets", "key", "api_secrets:index"),
)


class Deed(NamedTuple):
    """One thing to do, and where."""

    label: str
    symbol: str
    url: str


def deeds_for(account: Account, held: Mask, slug: str) -> list[Deed]:
    """Return what may be done, by what the person holds on the account."""
    if account.vanished_at:
        return []
    numbers = f"{reverse('phone_numbers:index', args=[slug])}?account={account.api_key}"
    usage = f"{reverse('usage:index', args=[slug])}?by=day&account={account.api_key}"
    statements = f"{reverse('statements:index', args=[slug])}?q={account.api_key}"
    logs = f"{reverse('log_search:index', args=[slug])}?account={account.api_key}"
    found = [
        *(
            (right, label, symbol, reverse(name, args=[slug, account.api_key]))
            for right, label, symbol, name in _PAGES
        ),
        (Capability.NUMBER_VIEW, "Numbers", "phone", numbers),
        (Capability.USAGE_VIEW, "Usage", "chart-bar", usage),
        (Capability.USAGE_VIEW, "Statements", "file-invoice", statements),
        (Capability.LOG_VIEW, "Logs", "search", logs),
    ]
    if account.is_primary:
        top_up = reverse("topups:index", args=[slug])
        found = [(Capability.TOPUP_TRIGGER, "Top up", "plus", top_up), *found]
    else:
        found = [*_of_money(account, slug), *_of_the_account(account, slug), *found]
    return [Deed(label, symbol, url) for right, label, symbol, url in found if held & right.bit]


_Offer = tuple[Capability, str, str, str]


def _of_money(account: Account, slug: str) -> list[_Offer]:
    if account.shares_balance:
        address = reverse("subaccounts:own_balance", args=[slug, account.api_key])
        right = Capability.SUBACCOUNT_OWN_BALANCE
        return [(right, "Give it a balance of its own", "wallet", address)]
    key = account.api_key
    new = f"{reverse('subaccounts:new_transfer', args=[slug])}?account={key}"
    listed = reverse("subaccounts:transfers", args=[slug])
    return [
        (Capability.TRANSFER_BALANCE_GIVE, "Add balance", "plus", f"{new}&way=to"),
        (Capability.TRANSFER_BALANCE_TAKE, "Take balance", "minus", f"{new}&way=from"),
        (
            Capability.TRANSFER_CREDIT_GIVE,
            "Add credit",
            "credit-card",
            f"{new}&way=to&kind=credit_transfer",
        ),
        (
            Capability.TRANSFER_VIEW,
            "Transfers",
            "arrows-exchange",
            f"{listed}?account={account.api_key}",
        ),
    ]


def _of_the_account(account: Account, slug: str) -> list[_Offer]:
    def at(name: str) -> str:
        return reverse(f"subaccounts:{name}", args=[slug, account.api_key])

    turn = (
        (Capability.ACCOUNT_RESUME, "Resume", "player-play", at("resume_account"))
        if account.suspended
        else (Capability.ACCOUNT_SUSPEND, "Suspend", "player-pause", at("suspend"))
    )
    return [(Capability.ACCOUNT_RENAME, "Rename", "pencil", at("rename")), turn]
