"""Whether a secret that was made here is let in by Vonage."""

from accounts.services.vonage import client_with
from operations.models import Operation
from subaccounts import new_secrets
from vonage_api.errors import Forbidden, Unauthorized


def opens(operation: Operation) -> bool:
    """Return whether Vonage lets our secret in. Raises a `VonageError` where that is not said.

    A suspended account is let in with none; then the list decides, or a person.
    """
    assert operation.account is not None  # noqa: S101 - a secret is some account's
    key = operation.account.api_key
    with client_with(key, new_secrets.kept(operation)) as client:
        try:
            client.account.get_balance()
        except (Unauthorized, Forbidden):
            return False
    return True
