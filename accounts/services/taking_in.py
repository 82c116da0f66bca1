"""One account as Vonage just answered it: a reading like any other, of this account alone."""

from datetime import datetime

from django.db import transaction

from accounts.models import Account, Balance, Mirror
from accounts.naming import listing_key
from teams.services import reach, turns
from vonage_api.subaccounts import Subaccount


@transaction.atomic
def take_in(workspace_id: int, read: Subaccount, *, at: datetime, is_new: bool = False) -> Account:
    """Write what Vonage says of a subaccount, and return the account.

    No observation comes of it: it is what we asked for. A reading of the whole that was begun
    before and ends afterwards shows the account as it was; the next one puts that right, so it is
    made due at once. is_new: the account may not be known yet.
    """
    facts = {
        "name": read.name or "",
        "listing_key": listing_key(read.name or "", read.api_key),
        "shares_balance": read.use_primary_account_balance,
        "suspended": read.suspended,
    }
    if is_new:
        account, _ = Account.objects.get_or_create(
            workspace_id=workspace_id,
            api_key=read.api_key,
            defaults={**facts, "created_at": read.created, "first_seen_at": at},
        )
    else:
        account = Account.objects.get(workspace=workspace_id, api_key=read.api_key)
    was_called = account.name
    Account.objects.filter(pk=account.pk).update(**facts)
    _take_in_balance(account, read)
    if was_called != facts["name"]:
        turns.lock(workspace_id)
        reach.follow_names([account.pk])
    Mirror.objects.filter(pk=workspace_id).update(due_at=at)
    account.refresh_from_db()
    found: Account = account
    return found


def _take_in_balance(account: Account, read: Subaccount) -> None:
    if read.balance is None:
        Balance.objects.filter(pk=account.pk).delete()
        return
    Balance.objects.update_or_create(  # type: ignore[misc] # the stubs take money for a number
        account=account,
        defaults={
            "balance": read.balance,
            "credit_limit": read.credit_limit,
            "workspace_id": account.workspace_id,
        },
    )
