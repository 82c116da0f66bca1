"""What can be asked of Vonage about the settings of an account: a change of them.

Vonage tells an account's settings to that account alone, so a subaccount is signed in as. What it
stored is read back; the forward method is never shown, and setting it twice does no harm.
"""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from account_settings import addresses, wishes
from account_settings.models import AccountSettings, Before
from account_settings.services import reading
from account_settings.services.sending import send_as
from account_settings.wishes import METHOD
from api_secrets.services import holding
from audit.events import Event
from operations.errors import RefusedError
from operations.kinds import Absent, Fence, Found, Kind, Line, Sighting, register
from operations.models import Draft, Operation
from operations.models.asked import Asked
from operations.states import State
from subaccounts.kinds.changes import account_of
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.wording import listed
from vonage_api import VonageClient
from vonage_api.account import AccountSettings as Told
from vonage_api.outcomes import Outcome


def register_all() -> None:
    """Make the kind known to the outbox."""
    register(ChangeSettings())


class ChangeSettings(Kind):
    """Other addresses for messages and receipts, or another way of calling them."""

    code = wishes.KIND
    noun = "change of settings"
    asked = Event.ACCOUNT_SETTINGS_ASKED
    settled = Event.ACCOUNT_SETTINGS_SETTLED
    seen_with = Capability.SETTINGS_VIEW
    newest_only = True

    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise unless the right is held on the account and it can be signed in as."""
        account = account_of(asked)
        policy.require(actor, Capability.SETTINGS_CHANGE, account)
        if account.vanished_at:
            raise RefusedError("Vonage no longer lists this account.")
        if not holding.can_sign_in(account):
            raise RefusedError(reading.NOT_HELD)
        for name, value in asked.wanted.items():
            _require_sense(name, value)

    def is_dangerous(self, asked: Asked) -> bool:  # noqa: ARG002 - always
        """Return that the person has to show once more who it is: messages may go elsewhere."""
        return True

    def written_down(self, operation: Operation) -> None:
        """Keep what it is to replace."""
        Before.objects.create(operation=operation, values=_before(operation))

    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once, as the account itself."""
        return send_as(account_of(operation), client, operation.wanted, fence)

    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Read the settings back: the addresses are there, or they are not."""
        account = account_of(operations[0])
        if account.is_primary:
            told = client.account.get_settings()
        else:
            with holding.client_of(account, reading.patience()) as own:
                told = own.account.get_settings()
        return {each.pk: _sighting(each, told) for each in operations}

    def took_effect(self, operation: Operation, value: Any) -> None:
        """Take in what Vonage shows now, and the method, which it does not show."""
        assert operation.account_id is not None  # noqa: S101 - settings are some account's
        at = operation.closed_at or timezone.now()
        if isinstance(value, Told):
            reading.keep(operation.account_id, value, at)
        if method := operation.wanted.get(METHOD):
            AccountSettings.objects.update_or_create(
                account_id=operation.account_id,
                defaults={METHOD: method, "forward_set_at": at},
            )

    def sentence(self, asked: Asked, name: str) -> str:
        """Return which settings, and of whom; never an address, which may hold a token."""
        which = [label.lower() for field, label in wishes.FIELDS.items() if field in asked.wanted]
        return f"{capfirst(listed(which))} of {name}"

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return what the audit book says was asked for, without tokens."""
        return dict(wishes.masked(asked.wanted))

    def told_before(self, asked: Asked) -> dict[str, Any] | None:
        """Return what the audit book says was there before."""
        return dict(wishes.masked(_before(asked))) or None

    def lines(self, actor: Actor, asked: Asked) -> list[Line]:
        """Return before and after, for those who may see settings."""
        if not policy.can(actor, Capability.SETTINGS_VIEW, account_of(asked)):
            return []
        return wishes.lines(_before(asked), asked.wanted)

    def form_url(self, actor: Actor, asked: Asked) -> str:
        """Return the form: as it was filled in for a draft, else with what became of the last."""
        account = account_of(asked)
        if not policy.can(actor, Capability.SETTINGS_CHANGE, account):
            return ""
        slug = asked.workspace.slug
        url = reverse("account_settings:change", args=[slug, account.api_key])
        return f"{url}?draft={asked.pk}" if isinstance(asked, Draft) else url

    def unseen(self, asked: Asked) -> str:
        """Return what a look can tell of the method: nothing."""
        if METHOD not in asked.wanted:
            return ""
        return (
            "Vonage never shows the forward method, so nobody can see whether that was set. It "
            "can be asked for again: setting it twice does no harm."
        )


def _require_sense(name: str, value: str) -> None:
    if name == METHOD:
        return
    try:
        addresses.checked(value)
    except addresses.BadAddressError as error:
        raise RefusedError(str(error), field=name) from error


def _before(asked: Asked) -> wishes.Values:
    """Return what is, or was, known of the fields that change."""
    if isinstance(asked, Operation):
        kept = Before.objects.filter(operation=asked).first()
        if kept:
            return dict(kept.values)
    known = wishes.known(AccountSettings.objects.filter(account=asked.account_id).first())
    return {name: known[name] for name in asked.wanted if name in known}


def _sighting(operation: Operation, told: Told) -> Sighting:
    """Return whether the addresses are as wanted.

    A method beside them cannot be seen. Before it is sent again the addresses prove nothing about
    it; afterwards they do, since one call set both.
    """
    wanted = {name: value for name, value in operation.wanted.items() if name != METHOD}
    if not wanted or (METHOD in operation.wanted and operation.state == State.SENDING):
        return Absent()
    is_so = all(addresses.shown(getattr(told, name)) == value for name, value in wanted.items())
    return Found(value=told) if is_so else Absent()
