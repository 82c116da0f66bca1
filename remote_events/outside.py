"""What the mirror saw change at Vonage that nobody asked for here.

A change is ours where an operation of its kind about that account succeeded with that value: it
was asked for before the mirror saw the change, and not settled long before. A mirror that reads
while an operation is under way may also show the account as it was for a moment; that is ours, too.
"""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.urls import reverse

from accounts import activity
from accounts.models import Account, Observation
from operations.models import Operation
from operations.states import State
from remote_events import matching
from remote_events.matching import Moment, Recorded
from remote_events.paging import Order
from subaccounts.kinds.changes import OwnBalance, Rename, Suspension
from subaccounts.kinds.creation import Create
from teams.capabilities import Capability
from teams.policy import Actor

Kind = Observation.Kind
ORDER = Order("at", ("kind", "account__api_key"))
SETTLED = timedelta(minutes=20)
"""So long after an operation is settled the mirror may still come to see what it did."""
READING = timedelta(minutes=5)
"""So long a reading takes at most: it may begin before an operation is settled, and end after."""
BEFORE, AFTER = timedelta(minutes=15), timedelta(minutes=1)
"""Around the time of a reading, in which Vonage's events may be what it found."""
_RIGHTS = {
    "opens": Capability.ACCOUNT_VIEW,
    "may_rename": Capability.ACCOUNT_RENAME,
    "may_suspend": Capability.ACCOUNT_SUSPEND,
    "may_resume": Capability.ACCOUNT_RESUME,
}


class Back(NamedTuple):
    """How a change can be put back: a form to be looked at and confirmed."""

    label: str
    url: str


class Change(NamedTuple):
    """A change, what Vonage recorded around that time, and how to put it back."""

    seen: Any
    recorded: list[Recorded]
    back: Back | None
    # It is no longer as it was seen.
    is_over: bool


class Page(NamedTuple):
    """Changes, newest first, and the place of the last one where more follow."""

    changes: list[Change]
    older: str


def page(actor: Actor, older: str = "") -> Page:
    """Return a page of the changes that the person may read, in two queries."""
    found = ORDER.page(changes_for(actor), older)
    moments = [Moment(each.account, each.at - BEFORE, each.at + AFTER) for each in found.rows]
    recorded = matching.recorded(actor, moments)
    changes = [_change(actor, *each) for each in zip(found.rows, recorded, strict=True)]
    return Page(changes, found.older)


def changes_for(actor: Actor) -> "QuerySet[Observation]":
    """Return what changed without us, as far as the person may read it, with what may be done."""
    rights = {
        name: Exists(Account.objects.visible_to(actor, right).filter(pk=OuterRef("account")))
        for name, right in _RIGHTS.items()
    }
    seen: QuerySet[Observation] = activity.observations_for(actor)
    return seen.exclude(_ours(actor)).annotate(**rights).select_related("account")


def _ours(actor: Actor) -> Q:
    renamed = _done(actor, Rename.code).annotate(called=KT("wanted__name"))
    suspended = _done(actor, Suspension.code)
    return (
        Q(Exists(_makers(actor)), kind=Kind.CREATED)
        | Q(Exists(_done(actor, OwnBalance.code)), kind=Kind.OWN_BALANCE)
        | Q(Exists(renamed.filter(called=OuterRef("after"))), kind=Kind.RENAMED)
        | Q(Exists(suspended.filter(wanted__suspended=True)), kind=Kind.SUSPENDED)
        | Q(Exists(suspended.filter(wanted__suspended=False)), kind=Kind.RESUMED)
        | _passing(actor, Rename.code, Kind.RENAMED, Kind.RENAMED)
        | _passing(actor, Suspension.code, Kind.SUSPENDED, Kind.RESUMED)
        | _passing(actor, Suspension.code, Kind.RESUMED, Kind.SUSPENDED)
        | _passing(actor, OwnBalance.code, Kind.SHARED_BALANCE, Kind.OWN_BALANCE)
    )


def _makers(actor: Actor) -> "QuerySet[Operation]":
    """Return the operations that made the account."""
    made = Operation.objects.filter(
        workspace=actor.workspace, kind=Create.code, state=State.SUCCEEDED
    )
    return made.filter(Q(account=OuterRef("account")) | Q(remote_id=OuterRef("account__api_key")))


def _about(actor: Actor, kind: str) -> "QuerySet[Operation]":
    succeeded = Operation.objects.filter(workspace=actor.workspace, state=State.SUCCEEDED)
    return succeeded.filter(account=OuterRef("account"), kind=kind)


def _done(actor: Actor, kind: str) -> "QuerySet[Operation]":
    """Return the operations of a kind that may have done what was seen."""
    return _about(actor, kind).filter(
        created_at__lte=OuterRef("at"), closed_at__gte=OuterRef("at") - SETTLED
    )


def _passing(actor: Actor, code: str, kind: Kind, opposite: Kind) -> Q:
    """Return that a reading showed what was before an operation, and the next one what is since.

    The second half tells it from a change that was made elsewhere and put back from here at once.
    """
    settled = _about(actor, code).filter(
        closed_at__gte=OuterRef("at"), closed_at__lte=OuterRef("at") + READING
    )
    reversed_soon = Observation.objects.filter(
        workspace=actor.workspace,
        account=OuterRef("account"),
        kind=opposite,
        at__gt=OuterRef("at"),
        at__lte=OuterRef("at") + SETTLED,
        before=OuterRef("after"),
        after=OuterRef("before"),
    )
    return Q(Exists(settled), Exists(reversed_soon), kind=kind)


def _change(actor: Actor, seen: Any, recorded: list[Recorded]) -> Change:
    is_over = not _still(seen)
    back = None if is_over or not seen.opens else _back(actor, seen)
    return Change(seen, recorded, back, is_over)


def _still(seen: Any) -> bool:
    account = seen.account
    now = {
        Kind.RENAMED: account.name == seen.after,
        Kind.SUSPENDED: account.suspended,
        Kind.RESUMED: not account.suspended,
        Kind.OWN_BALANCE: not account.shares_balance,
        Kind.SHARED_BALANCE: account.shares_balance,
        Kind.VANISHED: account.vanished_at is not None,
        Kind.RETURNED: account.vanished_at is None,
    }
    return bool(now.get(seen.kind, True))


def _back(actor: Actor, seen: Any) -> Back | None:
    account = seen.account
    if account.is_primary or account.vanished_at:
        return None
    ways = {
        Kind.RENAMED: (seen.may_rename and seen.before, "Name it as before", "rename"),
        Kind.SUSPENDED: (seen.may_resume, "Resume it", "resume_account"),
        Kind.RESUMED: (seen.may_suspend, "Suspend it", "suspend"),
    }
    may, label, name = ways.get(seen.kind, (False, "", ""))
    if not may:
        return None
    url = reverse(f"subaccounts:{name}", args=[actor.workspace.slug, account.api_key])
    query = f"?{urlencode({'name': seen.before})}" if seen.kind == Kind.RENAMED else ""
    return Back(label, f"{url}{query}")
