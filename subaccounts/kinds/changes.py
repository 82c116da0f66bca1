"""Changes of one subaccount: its name, whether it is suspended, a balance of its own.

Each is recognised by reading the account back. What Vonage answers is a reading, and goes into
the mirror as one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from accounts.services.taking_in import take_in
from audit.events import Event
from operations.errors import RefusedError
from operations.kinds import Absent, Fence, Found, Kind, Sighting
from operations.models import Operation
from operations.models.asked import Asked
from operations.services import approving
from operations.states import COUNTED
from subaccounts import earlier
from subaccounts.guardrails import policy_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from vonage_api import VonageClient
from vonage_api.outcomes import Outcome
from vonage_api.subaccounts import Subaccount

AN_HOUR = timedelta(hours=1)


class _Change(Kind):
    """What all of them have in common: the fields of `wanted` are what Vonage is asked to set."""

    asked = Event.CHANGE_ASKED
    settled = Event.CHANGE_SETTLED
    newest_only = True

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the right is held on the account and the account is one to be changed."""
        account = account_of(asked)
        policy.require(actor, self.needed(asked), account)
        if account.is_primary:
            raise RefusedError("Vonage changes subaccounts this way, not the primary account.")
        if account.vanished_at:
            raise RefusedError("Vonage no longer lists this account.")
        self.require_sense(account, asked)

    def needed(self, asked: Asked) -> Capability:
        """Return the right that it takes on the account."""
        raise NotImplementedError

    def require_sense(self, account: Account, asked: Asked) -> None:
        """Raise `RefusedError` where the account is that way already."""

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once."""
        key = account_of(operation).api_key
        return client.subaccounts.modify(key, **operation.wanted, before_first_byte=fence)

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Read the account back: the change is there, or it is not."""
        read = client.subaccounts.get(account_of(operations[0]).api_key)
        return {each.pk: _sighting(each, read) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:
        """Take in what Vonage says of the account now."""
        if isinstance(value, Subaccount):
            take_in(operation.workspace_id, value, at=operation.closed_at or timezone.now())


def account_of(asked: Asked) -> Account:
    """Return the account that a change is about."""
    account = asked.account
    assert account is not None  # noqa: S101 - only what makes an account has none
    return account


def _sighting(operation: Operation, read: Subaccount) -> Sighting:
    is_so = all(getattr(read, name) == value for name, value in operation.wanted.items())
    return Found(value=read) if is_so else Absent()


class Rename(_Change):
    """Another name."""

    code: ClassVar[str] = "rename"
    noun: ClassVar[str] = "new name"

    def needed(self, asked: Asked) -> Capability:  # noqa: ARG002 - always the same
        """Return the right to rename."""
        return Capability.ACCOUNT_RENAME

    def require_sense(self, account: Account, asked: Asked) -> None:
        """Refuse the name that it has."""
        if asked.wanted["name"] == account.name:
            raise RefusedError("That is its name.", field="name")

    def sentence(self, asked: Asked, name: str) -> str:
        """Return the old and the new name."""
        return f"{name} shall be called {asked.wanted['name']}"

    def form_url(self, actor: Actor, asked: Asked) -> str:
        """Return the form with the name in it that was asked for."""
        account = account_of(asked)
        if not policy.can(actor, Capability.ACCOUNT_RENAME, account):
            return ""
        url = reverse("subaccounts:rename", args=[asked.workspace.slug, account.api_key])
        return earlier.begun_with(url, asked)


class Suspension(_Change):
    """Suspended, or resumed: one kind for both, so that only the newest wish is sent."""

    code: ClassVar[str] = "suspension"
    noun: ClassVar[str] = "suspension"

    def needed(self, asked: Asked) -> Capability:
        """Return the right to suspend, or to resume."""
        suspends = asked.wanted["suspended"]
        return Capability.ACCOUNT_SUSPEND if suspends else Capability.ACCOUNT_RESUME

    def require_sense(self, account: Account, asked: Asked) -> None:
        """Refuse what is so already."""
        if asked.wanted["suspended"] == account.suspended:
            raise RefusedError(
                "It is suspended already." if account.suspended else "It is not suspended."
            )

    def approvals(self, actor: Actor, asked: Asked) -> list[str]:
        """Return why somebody has to agree: where many were suspended within an hour."""
        if not asked.wanted["suspended"]:
            return []
        most = policy_of(asked.workspace_id).suspensions_above
        lately = Operation.objects.filter(
            workspace=asked.workspace_id,
            kind=self.code,
            wanted__suspended=True,
            state__in=COUNTED,
            created_at__gt=timezone.now() - AN_HOUR,
        ).exclude(form_token=asked.form_token)
        if lately.count() < most or not approving.somebody_else_may(actor, asked):
            return []
        return [f"Suspending more than {most} accounts within an hour needs an approval."]

    def sentence(self, asked: Asked, name: str) -> str:
        """Return which way."""
        return f"{name} shall be {'suspended' if asked.wanted['suspended'] else 'resumed'}"


class OwnBalance(_Change):
    """A balance of its own. There is no way back."""

    code: ClassVar[str] = "own_balance"
    noun: ClassVar[str] = "balance of its own"
    newest_only: ClassVar[bool] = False

    def needed(self, asked: Asked) -> Capability:  # noqa: ARG002 - always the same
        """Return the right to switch to a balance of its own."""
        return Capability.SUBACCOUNT_OWN_BALANCE

    def require_sense(self, account: Account, asked: Asked) -> None:  # noqa: ARG002 - as declared
        """Refuse what has one."""
        if not account.shares_balance:
            raise RefusedError("It has a balance of its own already.")

    def approvals(self, actor: Actor, asked: Asked) -> list[str]:
        """Return why somebody has to agree."""
        wanted = policy_of(asked.workspace_id).own_balance
        if not wanted or not approving.somebody_else_may(actor, asked):
            return []
        return ["Switching to a balance of its own cannot be undone and needs an approval."]

    def is_dangerous(self, asked: Asked) -> bool:  # noqa: ARG002 - always
        """Return that the person has to show once more who it is."""
        return True

    def word(self, asked: Asked) -> str:
        """Return the API key, to be typed: this is for good."""
        return account_of(asked).api_key

    def sentence(self, asked: Asked, name: str) -> str:  # noqa: ARG002 - as declared
        """Return what it means."""
        return f"{name} shall have a balance of its own, for good"
