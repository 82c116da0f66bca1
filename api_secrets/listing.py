"""The API secrets of an account as a person sees them."""

from datetime import datetime
from typing import NamedTuple

from accounts.activity import SOMEBODY, sees_names
from accounts.models import Account, Connection
from api_secrets.models import ApiSecret, HandOver, HeldSecret, SecretList
from api_secrets.services import ageing
from subaccounts import new_secrets
from teams.policy import Actor

MOST, LEAST = 2, 1
"""So many secrets an account has at most, and at least: Vonage's rule."""
PAST = 10
"""So many of those that are gone are shown."""


class Line(NamedTuple):
    """One secret. made_by: whoever had it made here; empty where it was made elsewhere.

    hand_over: how it went to somebody outside, where it did. waits: it can still be shown, or
    handed over.
    """

    secret: ApiSecret
    made_by: str
    is_old: bool
    hand_over: HandOver | None
    waits: bool = False


class Shown(NamedTuple):
    """All secrets of an account. read_at: None where they were never read."""

    read_at: datetime | None
    live: list[Line]
    gone: list[Line]

    @property
    def replaced(self) -> ApiSecret | None:
        """The older of two, where somebody has confirmed that the newer one is in use."""
        if len(self.live) != MOST:
            return None
        newer, older = self.live
        is_in_use = newer.hand_over is not None and newer.hand_over.confirmed_at is not None
        return older.secret if is_in_use else None

    @property
    def is_full(self) -> bool:
        """Whether Vonage takes no other one."""
        return len(self.live) >= MOST

    @property
    def is_last(self) -> bool:
        """Whether Vonage keeps what there is."""
        return len(self.live) <= LEAST


def shown(actor: Actor, account: Account, now: datetime) -> Shown:
    """Return which secrets an account has and had, the newest first. Six queries."""
    read = SecretList.objects.filter(pk=account.pk).first()
    rows = account.api_secrets.select_related("operation__made_by").order_by("-created_at", "-pk")
    knows, old_before = sees_names(actor), now - ageing.old_after(account.workspace_id)
    kept = list(rows.filter(gone_at=None))
    handed = HandOver.objects.filter(operation__account=account, withdrawn_at=None)
    by_operation: dict[int | None, HandOver] = {each.operation_id: each for each in handed}
    waiting = new_secrets.waiting(account)
    live = [
        _line(actor, each, old_before, by_operation.get(each.operation_id), knows=knows)._replace(
            waits=each.operation_id in waiting
        )
        for each in kept
    ]
    gone = rows.filter(gone_at__isnull=False).order_by("-gone_at", "-pk")[:PAST]
    return Shown(
        read_at=read.read_at if read else None,
        live=live,
        gone=[_line(actor, each, old_before, None, knows=knows) for each in gone],
    )


def own_id_of(account: Account) -> str:
    """Return Vonage's id of the secret by which this workspace signs in as the account.

    Empty where it is not known.
    """
    if account.is_primary:
        connections = Connection.objects.filter(workspace=account.workspace_id)
        return connections.values_list("secret_id", flat=True).first() or ""
    held = HeldSecret.objects.filter(account=account)
    return held.values_list("remote_id", flat=True).first() or ""


def live_of(account: Account) -> int:
    """Return how many secrets an account has, as far as we know."""
    return int(account.api_secrets.filter(gone_at=None).count())


def _line(
    actor: Actor,
    secret: ApiSecret,
    old_before: datetime,
    hand_over: HandOver | None,
    *,
    knows: bool,
) -> Line:
    maker = secret.operation.made_by if secret.operation else None
    name = "" if maker is None else str(maker) if knows or maker == actor.user else SOMEBODY
    is_old = secret.created_at < old_before
    return Line(secret, name, is_old=is_old, hand_over=hand_over)
