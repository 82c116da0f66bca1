"""What the pages of one account show."""

from typing import Any
from uuid import UUID

from django.http import QueryDict

from account_settings import wishes
from account_settings.forms import SettingsForm
from account_settings.models import AccountSettings
from account_settings.wishes import KIND, Values
from accounts.models import Account
from operations.models import Draft, Operation
from operations.states import State
from teams.policy import Actor


def settings_of(account: Account) -> AccountSettings | None:
    """Return the settings as they were last read, or tried."""
    return AccountSettings.objects.filter(account=account).first()


def latest_of(account: Account) -> Operation | None:
    """Return the newest change that was asked for."""
    rows = Operation.objects.filter(account=account, kind=KIND)
    return rows.order_by("-pk").first()


def form_for(
    actor: Actor,
    account: Account,
    settings: AccountSettings,
    sent: QueryDict | None,
    draft: str,
) -> SettingsForm:
    """Return the form of other settings, as it was sent or with what is best to begin with.

    draft: the id of the person's own draft that is to be changed; empty for none. Otherwise what
    is on its way is shown, and where Vonage refused the newest wish, that one with its words.
    """
    latest = latest_of(account)
    refused = latest if latest is not None and latest.state == State.REJECTED else None
    waiting = wishes.pending([account.pk]).get(account.pk, {})
    drafted = _drafted(actor, account, draft)
    shown = drafted or (dict(refused.wanted) if refused else waiting)
    form = SettingsForm(sent, settings=settings, waiting=waiting, shown=shown)
    if refused and not drafted and sent is None:
        form.say_refused(refused)
    return form


def _drafted(actor: Actor, account: Account, draft: str) -> Values:
    try:
        pk: Any = UUID(draft)
    except ValueError:
        return {}
    own = Draft.objects.filter(workspace=actor.workspace, made_by=actor.user, kind=KIND)
    found = own.filter(pk=pk, account=account).first()
    return dict(found.wanted) if found else {}
