"""What can be asked of Vonage about API secrets: another one, and revoking one.

Vonage names secrets by ids and never shows a value again. So a new one is ours, sealed before
anything is sent, and recognised by signing in with it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from accounts.models import Account, Connection
from api_secrets import listing
from api_secrets.models import ApiSecret
from api_secrets.services import holding, keeping, proving, typing
from audit.events import Event
from operations.errors import RefusedError, UnreliableError
from operations.kinds import Absent, Conflict, Fence, Found, Kind, Sighting, register
from operations.models import Operation
from operations.models.asked import Asked
from operations.times import seconds, times
from subaccounts import new_secrets
from subaccounts.kinds.changes import account_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from vonage_api import Secret, VonageClient
from vonage_api.api_secrets import ApiSecret as Listed
from vonage_api.errors import NotFound
from vonage_api.outcomes import Outcome


def register_all() -> None:
    """Make the kinds known to the outbox."""
    for kind in (AddSecret(), RevokeSecret()):
        register(kind)


class _OfSecrets(Kind):
    """What both have in common."""

    asked = Event.SECRET_ASKED
    settled = Event.SECRET_SETTLED
    seen_with = Capability.SECRET_VIEW
    needed: Capability

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the right is held on the account, and Vonage's rules allow it."""
        account = account_of(asked)
        policy.require(actor, self.needed, account)
        if account.vanished_at:
            raise RefusedError("Vonage no longer lists this account.")
        self.require_sense(account, asked)

    @abstractmethod
    def require_sense(self, account: Account, asked: Asked) -> None:
        """Raise `RefusedError` where Vonage would refuse it, as far as we know."""

    def is_dangerous(self, asked: Asked) -> bool:  # noqa: ARG002 - always
        """Return that the person has to show once more who it is."""
        return True


class AddSecret(_OfSecrets):
    """A second API secret, beside the one that there is."""

    code = "add_secret"
    noun = "new API secret"
    needed = Capability.SECRET_CREATE

    def require_sense(self, account: Account, asked: Asked) -> None:  # noqa: ARG002 - as declared
        """Refuse a third one."""
        if listing.live_of(account) >= listing.MOST:
            raise RefusedError(
                "An account has at most two API secrets, and this one has two. Revoke one first."
            )

    def written_down(self, operation: Operation) -> None:
        """Seal the secret, ours or the typed one, in the transaction that writes this down."""
        typed = operation.wanted.get("typed")
        secret = typing.take(operation.workspace_id, typed) if typed else None
        if typed and secret is None:
            raise RefusedError("What you typed was kept for a day only. Type it again.")
        new_secrets.make(operation, secret)

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once."""
        secret = Secret(new_secrets.kept(operation).reveal())
        key = account_of(operation).api_key
        return client.secrets.create(secret, key, before_first_byte=fence)

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Sign in with the secret; the list tells its id."""
        key = account_of(operations[0]).api_key
        listed = client.secrets.list(key)
        return {each.pk: _sighting(client, each, key, listed) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:
        """Keep which one it is."""
        if isinstance(value, Listed):
            keeping.was_added(operation, value)

    def remote_id_of(self, value: Any) -> str:
        """Return Vonage's id of the secret."""
        return str(value.id)

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return whether it was typed; where it is kept until then is nobody's business."""
        return {"typed": True} if asked.wanted.get("typed") else dict(asked.wanted)

    def sentence(self, asked: Asked, name: str) -> str:
        """Return for whom."""
        whom = ", for this workspace to sign in with" if asked.wanted.get("ours") else ""
        return f"A second API secret for {name}{whom}"


def _sighting(
    client: VonageClient, operation: Operation, key: str, listed: Sequence[Listed]
) -> Sighting:
    """Return whether our secret opens the account, and which of the listed ones it must be.

    Raises `UnreliableError` where it does, and an old list does not show it yet.
    """
    fresh = _fresh(operation, listed)
    if not proving.opens(operation):
        if not fresh:
            return Absent()
        client.secrets.list(key)  # raises where Vonage lets in nobody at all just now
        return Conflict("Vonage lists a new API secret, and ours does not open the account.")
    if not fresh:
        raise UnreliableError("The new API secret opens the account and is not listed yet.")
    if len(fresh) == 1:
        return Found(fresh[0].id, fresh[0])
    return Found()


def _fresh(operation: Operation, listed: Sequence[Listed]) -> list[Listed]:
    """Return the listed secrets that can have been made by the operation."""
    since = operation.created_at - seconds(times().margin)
    others = ApiSecret.objects.filter(account=operation.account_id).exclude(operation=None)
    taken = set(others.exclude(operation=operation).values_list("remote_id", flat=True))
    before = ApiSecret.objects.filter(
        account=operation.account_id, first_seen_at__lt=operation.created_at
    )
    taken |= set(before.values_list("remote_id", flat=True))
    new = {each.id: each for each in listed if each.created >= since and each.id not in taken}
    return list(new.values())


class RevokeSecret(_OfSecrets):
    """An API secret that shall be good for nothing any more. There is no way back."""

    code = "revoke_secret"
    noun = "revoking of an API secret"
    needed = Capability.SECRET_REVOKE

    def require_sense(self, account: Account, asked: Asked) -> None:
        """Refuse the last one, and those by which this workspace itself may sign in."""
        if account.is_primary:
            _refuse_our_own(account, asked.wanted["secret_id"])
        if not account.api_secrets.filter(
            remote_id=asked.wanted["secret_id"], gone_at=None
        ).exists():
            raise RefusedError("This API secret is gone already.")
        if listing.live_of(account) <= listing.LEAST:
            raise RefusedError(
                "An account always has at least one API secret, and this is its last. Add another "
                "one first."
            )

    def word(self, asked: Asked) -> str:
        """Return the API key, to be typed: whatever uses this secret stops working."""
        return account_of(asked).api_key

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once."""
        key = account_of(operation).api_key
        return client.secrets.revoke(operation.wanted["secret_id"], key, before_first_byte=fence)

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Look whether the list still has it; what it lacks is asked for by its id as well."""
        key = account_of(operations[0]).api_key
        ids = {each.id for each in client.secrets.list(key)}
        return {each.pk: _whether_gone(client, key, each, ids) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:  # noqa: ARG002 - says nothing
        """Note that it is gone."""
        keeping.was_revoked(operation)
        holding.let_go(operation)

    def sentence(self, asked: Asked, name: str) -> str:
        """Return which one, and of whom."""
        return f"The API secret {asked.wanted['secret_id']} of {name} shall be revoked, for good"


def _whether_gone(
    client: VonageClient, key: str, operation: Operation, listed: set[str]
) -> Sighting:
    secret_id = operation.wanted["secret_id"]
    if secret_id in listed:
        return Absent()
    try:
        client.secrets.get(secret_id, key)
    except NotFound:
        return Found()
    return Absent()  # the list is cut, or old


def _refuse_our_own(account: Account, secret_id: str) -> None:
    """Refuse the secret by which this workspace signs in, and any where that may be it."""
    connection = Connection.objects.filter(workspace=account.workspace_id).first()
    if connection is None or not connection.secret_id:
        raise RefusedError(
            "This workspace signs in with a secret of the primary account, and Vonage does not "
            "say with which of them. Rotate it from here, or revoke one in Vonage's own dashboard."
        )
    if connection.secret_id == secret_id:
        raise RefusedError("This workspace signs in with this one. Rotate it instead.")
