"""Replacing an API secret, step by step: added, proven, in use, the old one revoked.

What was done stands in the rotation and in its two operations. A step is taken by whoever comes
first, with the rights that its starter has then, and once: the operations are asked for under
tokens that exist once. So it goes on from wherever something died.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from api_secrets.listing import LEAST, live_of
from api_secrets.models import HandOver, Rotation
from api_secrets.services import holding, keeping, proving
from audit.events import Event
from audit.writing import record
from operations.errors import AlreadyAskedError, RefusedError
from operations.models import Operation
from operations.services import asking
from operations.states import DEAD, State
from operations.wire import CannotConnectError
from subaccounts import new_secrets
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor, actor_in
from vonage_api.errors import VonageError

logger = logging.getLogger(__name__)

SOON, SELDOM = timedelta(seconds=5), timedelta(minutes=1)
"""How long to wait for Vonage, and for people."""
CLAIM = timedelta(minutes=2)
"""Whoever takes a step has so long; then somebody else looks."""
AT_ONCE = 50
"""So many rotations take a step in one round."""

Purpose, End = Rotation.Purpose, Rotation.End


def start(
    actor: Actor,
    account: Account,
    *,
    purpose: str = Purpose.USERS,
    replaces: bool = True,
    due_at: datetime | None = None,
) -> Rotation:
    """Begin to replace the secret of an account; return the rotation that there is, if there is.

    replaces: False only adds one. due_at: when the old one is revoked without a word that the new
    one is in use. Raises `MissingCapabilityError`, and `RefusedError` where it cannot be.
    """
    require(actor, account, purpose=purpose, replaces=replaces)
    if account.suspended:
        raise RefusedError(
            "Vonage lets nobody into a suspended account, so no secret can be proved."
        )
    if live_of(account) > LEAST:
        raise RefusedError(
            "Both places are taken: the account has two API secrets. Revoke one first."
        )
    try:
        with transaction.atomic():
            made = Rotation.objects.create(
                workspace=actor.workspace,
                account=account,
                purpose=purpose,
                replaces=replaces,
                due_at=due_at,
                made_by=actor.user,
            )
            note(Event.ROTATION_STARTED, actor, account)
            return made
    except IntegrityError:
        return Rotation.objects.get(account=account, ended_at=None)


def require(actor: Actor, account: Account, *, purpose: str, replaces: bool) -> None:
    """Raise `MissingCapabilityError` unless the person may take every step of it."""
    policy.require(actor, Capability.SECRET_CREATE, account)
    if replaces:
        policy.require(actor, Capability.SECRET_REVOKE, account)
    if account.is_primary and purpose == Purpose.OURS:
        policy.require(actor, Capability.CONNECTION_MANAGE)


def confirm(actor: Actor, rotation: Rotation) -> bool:
    """Note somebody's word that the new secret is in use; return whether that is new.

    Raises `MissingCapabilityError`, and `RefusedError` while nobody can have the new one.
    """
    policy.require(actor, Capability.SECRET_REVOKE, rotation.account)
    if not _is_with_somebody(rotation):
        raise RefusedError("Nobody has the new secret yet. Show it or hand it over first.")
    open_ones = Rotation.objects.filter(pk=rotation.pk, ended_at=None, confirmed_at=None)
    now = timezone.now()
    with transaction.atomic():
        if not open_ones.update(confirmed_at=now, look_at=now):
            return False
        note(Event.ROTATION_CONFIRMED, actor, rotation.account)
    return True


def stop(actor: Actor, rotation: Rotation) -> bool:
    """Take no further step; return whether there was one to take. What was done stays done."""
    policy.require(actor, Capability.SECRET_CREATE, rotation.account)
    with transaction.atomic():
        if not _end(rotation, End.STOPPED, "Stopped by hand."):
            return False
        note(Event.ROTATION_STOPPED, actor, rotation.account)
    return True


def advance_due(now: datetime) -> int:
    """Take the next step of the rotations that are due; return how many were looked at."""
    running = Rotation.objects.filter(
        Q(campaign=None) | Q(campaign__stopped_at=None), ended_at=None, look_at__lte=now
    )
    due = list(running.order_by("look_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(advance(pk) for pk in due)


def advance(pk: int) -> bool:
    """Take the next step of a rotation, outside transactions; return False where somebody does."""
    now = timezone.now()
    claimed = Rotation.objects.filter(pk=pk, ended_at=None, look_at__lte=now)
    if not claimed.update(look_at=now + CLAIM):
        return False
    rows = Rotation.objects.select_related("account", "workspace", "made_by", "added", "revoked")
    rotation = rows.get(pk=pk)
    try:
        _step(rotation, now)
    except (RefusedError, PermissionDenied) as refusal:
        _end(rotation, End.STOPPED, str(refusal))
    except (VonageError, CannotConnectError) as error:
        _look_again(rotation, now + SELDOM, f"Vonage could not be asked: {error}")
    except Exception:  # the others are not to wait for this one
        logger.exception("a rotation broke", extra={"rotation": pk})
    return True


def _step(rotation: Rotation, now: datetime) -> None:
    if rotation.added is None:
        _add(rotation, now)
    elif rotation.added.state != State.SUCCEEDED:
        _wait_for(rotation, rotation.added, now)
    elif rotation.proved_at is None:
        _prove(rotation, rotation.added, now)
    elif not rotation.replaces:
        _end(rotation, End.DONE)
    elif rotation.revoked is None:
        _revoke(rotation, rotation.added, now)
    elif rotation.revoked.state != State.SUCCEEDED:
        _wait_for(rotation, rotation.revoked, now)
    else:
        _end(rotation, End.DONE)


def _add(rotation: Rotation, now: datetime) -> None:
    """Read which secret there is, and ask for another one."""
    keeping.read(rotation.account)
    there = list(
        rotation.account.api_secrets.filter(gone_at=None).values_list("remote_id", flat=True)
    )
    began = _asked_before(rotation, "add")
    if len(there) != LEAST and began is None:
        raise RefusedError(
            f"The account has {len(there)} API secrets, and a rotation begins with one."
        )
    if began is None:
        Rotation.objects.filter(pk=rotation.pk).update(old_id=there[0])
    wanted = {"ours": True} if rotation.purpose == Purpose.OURS else {}
    operation = _ask(rotation, "add", kind="add_secret", wanted=wanted)
    Rotation.objects.filter(pk=rotation.pk, added=None).update(added=operation, look_at=now + SOON)


def _prove(rotation: Rotation, added: Operation, now: datetime) -> None:
    """Sign in with the new secret; this workspace's own is used from then on."""
    if rotation.purpose == Purpose.USERS and not new_secrets.waits(added):
        # Somebody was quicker than this look. Then it is proven by its use.
        if not _is_said_to_be_in_use(rotation, added):
            _look_again(rotation, now + SELDOM, "")
            return
    elif not proving.opens(added):
        raise RefusedError("Vonage does not let the new secret in. The old one stays.")
    with transaction.atomic():
        if rotation.purpose == Purpose.OURS:
            holding.hold(added)
        unproved = Rotation.objects.filter(pk=rotation.pk, proved_at=None)
        unproved.update(proved_at=timezone.now(), look_at=now + SOON, detail="")


def _revoke(rotation: Rotation, added: Operation, now: datetime) -> None:
    """Ask for the old one to be revoked, once that is agreed."""
    if not is_agreed(rotation, added, now):
        _look_again(rotation, now + SELDOM, _why_not(rotation, added, now))
        return
    operation = _ask(
        rotation, "revoke", kind="revoke_secret", wanted={"secret_id": rotation.old_id}
    )
    unasked = Rotation.objects.filter(pk=rotation.pk, revoked=None)
    unasked.update(revoked=operation, look_at=now + SOON, detail="")


def is_agreed(rotation: Rotation, added: Operation, now: datetime) -> bool:
    """Return whether the old secret is to go: the new one is in use, or its time has come.

    Never while nobody can have the new one.
    """
    if rotation.purpose == Purpose.OURS:
        return True
    if new_secrets.waits(added):
        return False
    is_due = rotation.due_at is not None and rotation.due_at <= now
    return is_due or _is_said_to_be_in_use(rotation, added)


def _is_said_to_be_in_use(rotation: Rotation, added: Operation) -> bool:
    taken = HandOver.objects.filter(operation=added, confirmed_at__isnull=False)
    return rotation.confirmed_at is not None or taken.exists()


def _is_with_somebody(rotation: Rotation) -> bool:
    """Return whether the new secret was shown or taken."""
    added = rotation.added
    return added is not None and added.state == State.SUCCEEDED and not new_secrets.waits(added)


def _why_not(rotation: Rotation, added: Operation, now: datetime) -> str:
    overdue = rotation.due_at is not None and rotation.due_at <= now
    if overdue and new_secrets.waits(added):
        return "Nobody has taken the new secret, so the old one stays beyond its date."
    return ""


def _ask(rotation: Rotation, step: str, *, kind: str, wanted: dict[str, Any]) -> Operation:
    """Ask for an operation with the rights of the starter, or return the one that there is."""
    actor = actor_in(rotation.made_by, rotation.workspace.slug)
    if actor is None:
        raise RefusedError("Whoever began this has no part in the workspace any more.")
    try:
        draft = asking.draft(
            actor,
            kind=kind,
            form_token=_token(rotation, step),
            account=rotation.account,
            wanted=wanted,
            memo="Rotation",
        )
    except AlreadyAskedError as error:
        return error.operation
    return asking.confirm(actor, draft)


def _token(rotation: Rotation, step: str) -> str:
    return f"rotation:{rotation.pk}:{step}"


def _asked_before(rotation: Rotation, step: str) -> Operation | None:
    """Return the operation that was asked for before something died, or None."""
    asked = Operation.objects.filter(
        workspace=rotation.workspace, form_token=_token(rotation, step)
    )
    return asked.first()


def _wait_for(rotation: Rotation, operation: Operation, now: datetime) -> None:
    if operation.state in DEAD:
        what = State(operation.state).label
        _end(rotation, End.STOPPED, f"{what}: {operation.detail}".rstrip(": "))
    else:
        _look_again(rotation, now + SOON, "")


def _look_again(rotation: Rotation, at: datetime, detail: str) -> None:
    open_ones = Rotation.objects.filter(pk=rotation.pk, ended_at=None)
    open_ones.update(look_at=at, detail=detail)


def _end(rotation: Rotation, end: Rotation.End, detail: str = "") -> bool:
    open_ones = Rotation.objects.filter(pk=rotation.pk, ended_at=None)
    return open_ones.update(ended_at=timezone.now(), end=end, detail=detail) == 1


def note(
    event: Event,
    actor: Actor,
    account: Account | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """Write down what was done about a rotation, or about a campaign, in its transaction."""
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        account=account.pk if account else None,
        new=new,
    )
