"""A new subaccount. Its API secret is ours, kept before anything is sent."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.services.taking_in import take_in
from accounts.services.vonage import client_with
from audit.events import Event
from operations.errors import RefusedError
from operations.kinds import Absent, Candidate, Conflict, Fence, Found, Kind, Sighting
from operations.models import Operation
from operations.models.asked import Asked
from operations.times import seconds, times
from subaccounts import candidates, earlier, new_secrets
from subaccounts.services import furnishing
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from vault.secret import Secret
from vonage_api import Secret as WireSecret
from vonage_api import VonageClient
from vonage_api.errors import VonageError
from vonage_api.outcomes import Outcome
from vonage_api.subaccounts import Subaccount

LONGEST_NAME = 80


class Create(Kind):
    """A subaccount that is made. What is wanted beside name and balance comes afterwards."""

    code = "create"
    noun = "new subaccount"
    asked = Event.SUBACCOUNT_ASKED
    settled = Event.SUBACCOUNT_SETTLED

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the person may make subaccounts, and one with a balance of its own."""
        policy.require(actor, Capability.SUBACCOUNT_CREATE)
        if not asked.wanted["shares_balance"]:
            policy.require(actor, Capability.SUBACCOUNT_OWN_BALANCE)
        name = asked.wanted["name"]
        if not 0 < len(name) <= LONGEST_NAME:
            raise RefusedError(f"A name has 1 to {LONGEST_NAME} characters.", field="name")

    def written_down(self, operation: Operation) -> None:
        """Make the secret and seal it, in the transaction that writes the operation down."""
        new_secrets.make(operation)

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once, with our own secret."""
        return client.subaccounts.create(
            name=operation.wanted["name"],
            secret=WireSecret(new_secrets.kept(operation).reveal()),
            use_primary_account_balance=operation.wanted["shares_balance"],
            before_first_byte=fence,
        )

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Look for an account of that name made since, and prove that our secret opens it."""
        listed = client.subaccounts.list().subaccounts
        return {each.pk: _sighting(each, listed) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:
        """Take the account in, and do what was wanted with it afterwards."""
        if not isinstance(value, Subaccount):
            return  # a person said which one it is
        at = operation.closed_at or timezone.now()
        account = take_in(operation.workspace_id, value, at=at, is_new=True)
        Operation.objects.filter(pk=operation.pk, account=None).update(account=account)
        operation.account = account
        furnishing.furnish(operation.pk)

    def candidates(self, operation: Operation) -> list[Candidate]:
        """Return the accounts that it may have made."""
        return candidates.accounts(operation)

    def was_chosen(self, operation: Operation, remote_id: str) -> None:
        """Say that it made this one."""
        candidates.take_account(operation, remote_id)

    def remote_id_of(self, value: Any) -> str:
        """Return the API key of the new account."""
        return str(value.api_key)

    def sentence(self, asked: Asked, name: str) -> str:  # noqa: ARG002 - it has none yet
        """Return what is made."""
        how = "sharing the primary account's balance"
        if not asked.wanted["shares_balance"]:
            how = "with a balance of its own"
        return f"{asked.wanted['name']}, {how}"

    def form_url(self, actor: Actor, asked: Asked) -> str:
        """Return the form with everything in it that was asked for."""
        if not policy.can(actor, Capability.SUBACCOUNT_CREATE):
            return ""
        url = reverse("subaccounts:create", args=[asked.workspace.slug])
        return earlier.begun_with(url, asked)

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return what the audit book says."""
        return {key: value for key, value in asked.wanted.items() if value}


def _sighting(operation: Operation, listed: Sequence[Subaccount]) -> Sighting:
    since = operation.created_at - seconds(times().margin)
    taken = set(
        Operation.objects.filter(workspace=operation.workspace_id, kind=Create.code)
        .exclude(remote_id="")
        .values_list("remote_id", flat=True)
    )
    alike = [
        each
        for each in listed
        if each.name == operation.wanted["name"]
        and each.created >= since
        and each.api_key not in taken
    ]
    ours = [each for each in alike if _opens(each.api_key, new_secrets.kept(operation))]
    if len(ours) == 1:
        return Found(ours[0].api_key, ours[0])
    if alike:
        keys = ", ".join(each.api_key for each in alike)
        return Conflict(f"There is a new account of this name ({keys}), but is it this one?")
    return Absent()


def _opens(api_key: str, secret: Secret) -> bool:
    """Return whether Vonage lets this secret in."""
    try:
        with client_with(api_key, secret) as client:
            client.account.get_balance()
    except VonageError:
        return False
    return True
