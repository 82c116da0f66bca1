"""Handing a new API secret to somebody outside: by a link for one view, and a code beside it.

Link and code go different ways, so that neither alone is worth anything. Looking at the link uses
nothing up; the right code does.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from api_secrets.models import HandOver, Rotation
from audit.events import Event
from audit.writing import STRANGER, record
from operations.errors import RefusedError
from operations.models import Operation
from subaccounts import new_secrets
from teams import mailing, policy
from teams.capabilities import Capability
from teams.policy import Actor
from vault.secret import Secret

LIVES = timedelta(hours=24)
"""How long a link works."""
_DIGITS = 8


class VoidLinkError(Exception):
    """The link was used, withdrawn, is too old, had too many wrong codes, or never existed."""


class WrongCodeError(Exception):
    """Not the code. left: so many tries are left."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class Offer(NamedTuple):
    """What is shown once: the token of the link, and the code."""

    token: str
    code: str


def offer(actor: Actor, operation: Operation) -> Offer:
    """Make a link for the secret of an operation; an older one is void then.

    Raises `MissingCapabilityError`, and `RefusedError` where the secret was shown or taken.
    """
    policy.require(actor, Capability.SECRET_HANDOVER, operation.account)
    now, made = timezone.now(), Offer(secrets.token_urlsafe(32), _new_code())
    with transaction.atomic():
        if not new_secrets.waits(operation):
            raise RefusedError("This secret was shown or handed over already. Add another one.")
        open_ones = HandOver.objects.filter(operation=operation, withdrawn_at=None)
        open_ones.update(withdrawn_at=now)
        HandOver.objects.create(
            workspace=actor.workspace,
            operation=operation,
            token_digest=digest_of(made.token),
            code_hash=make_password(made.code),
            made_by=actor.user,
            ends_at=now + LIVES,
        )
        record(
            Event.SECRET_OFFERED,
            actor=actor.user,
            workspace=actor.workspace,
            account=operation.account_id,
            target=operation,
        )
    return made


def digest_of(token: str) -> str:
    """Return what is kept of a token, here and in the session of whoever came with it."""
    return hashlib.sha256(token.encode()).hexdigest()


def pending(digest: str) -> HandOver | None:
    """Return what a link is about: while it can be taken, or confirmed; None where it is void."""
    rows = HandOver.objects.filter(token_digest=digest, withdrawn_at=None)
    found = rows.select_related("operation__account", "workspace", "made_by").first()
    if found is None or found.is_over:
        return None
    if found.taken_at is None and not new_secrets.waits(found.operation):
        return None
    return found


def is_replacing(found: HandOver) -> bool:
    """Return whether the older secret is revoked once the new one is said to be in use."""
    going_on = Rotation.objects.filter(added=found.operation_id, replaces=True, ended_at=None)
    return going_on.exists()


def take(digest: str, code: str) -> Secret:
    """Return the secret, which is nowhere afterwards.

    digest: of the link's token. Raises `WrongCodeError`, and `VoidLinkError` also where somebody
    else was quicker.
    """
    found = pending(digest)
    if found is None or found.taken_at is not None or not _count_a_try(found):
        raise VoidLinkError
    if not check_password("".join(code.split()), found.code_hash):
        raise WrongCodeError(HandOver.MOST_TRIES - found.tries - 1)
    with transaction.atomic():
        secret = new_secrets.withdraw(found.operation)
        if secret is None:
            raise VoidLinkError
        HandOver.objects.filter(pk=found.pk).update(taken_at=timezone.now(), tries=0)
        _tell(found, "took the API secret that was handed over")
        _record(found, Event.SECRET_TAKEN)
    return secret


def confirm(digest: str) -> bool:
    """Note that the secret is in use; return whether that is new. Raises `VoidLinkError`."""
    found = pending(digest)
    if found is None or found.taken_at is None:
        raise VoidLinkError
    with transaction.atomic():
        rows, now = HandOver.objects.filter(pk=found.pk, confirmed_at=None), timezone.now()
        if not rows.update(confirmed_at=now):
            return False
        Rotation.objects.filter(added=found.operation_id, ended_at=None).update(look_at=now)
        _tell(found, "confirmed that the new API secret is in use")
        _record(found, Event.SECRET_CONFIRMED)
    return True


def _new_code() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(_DIGITS))


def _count_a_try(found: HandOver) -> bool:
    """Count before comparing, so that many at once get no more tries than one after the other."""
    rows = HandOver.objects.filter(pk=found.pk, taken_at=None, tries__lt=HandOver.MOST_TRIES)
    return rows.update(tries=F("tries") + 1) == 1


def _record(found: HandOver, event: Event) -> None:
    record(
        event,
        actor=STRANGER,
        workspace=found.workspace_id,
        account=found.operation.account_id,
        target=found.operation,
    )


def _tell(found: HandOver, what: str) -> None:
    """Write to whoever made the link."""
    with mailing.in_zone_of(found.made_by):
        mailing.post(
            "hand_over",
            found.made_by.email,
            path=f"/w/{found.workspace.slug}/operations/{found.operation.reference}/",
            workspace=found.workspace.name,
            account=str(found.operation.account),
            what=what,
            at=mailing.moment(timezone.now()),
        )
