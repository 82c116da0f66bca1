"""One change of settings on its way to Vonage, signed in as the account itself."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Account
from api_secrets.services import holding
from operations.kinds import Fence
from operations.times import times
from vonage_api import Timeouts, VonageClient
from vonage_api.errors import Unauthorized
from vonage_api.outcomes import Outcome, Rejected, TurnedAway

_AT_THE_DOOR = {401, 403}


def send_as(
    account: Account, client: VonageClient, wanted: Mapping[str, str], fence: Fence
) -> Outcome[Any]:
    """Ask for the change once. `client` is the primary account's.

    Raises `CannotConnectError` before the first byte where nobody can sign in as the account.
    """
    if account.is_primary:
        return client.account.change_settings(**wanted, before_first_byte=fence)
    patience = Timeouts(connect=times().connect, read=times().read, total=times().total)
    try:
        with holding.client_of(account, patience) as own:
            outcome = own.account.change_settings(**wanted, before_first_byte=fence)
            if isinstance(outcome, TurnedAway) and isinstance(outcome.error, Unauthorized):
                raise outcome.error  # so that it is noted of the held secret
    except Unauthorized:
        pass
    return _of_this_account_alone(outcome)


def _of_this_account_alone(outcome: Outcome[Any]) -> Outcome[Any]:
    """Return the end of this one where the door was shut.

    That a subaccount is not let in says nothing about the connection, by which everything else is
    sent: only this operation ends.
    """
    if isinstance(outcome, TurnedAway) and outcome.heard.status in _AT_THE_DOOR:
        return Rejected(error=outcome.error, heard=outcome.heard)
    return outcome
