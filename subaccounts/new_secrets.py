"""API secrets that are being given to accounts: ours, sealed, shown once, then gone."""

import secrets
import string
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from audit.events import Event
from audit.writing import record
from operations.models import Operation
from operations.states import DEAD, State
from subaccounts.models import NewSecret, SeenSecret
from teams import mailing, policy
from teams.capabilities import Capability
from teams.policy import Actor, MissingCapabilityError
from teams.services.handover import administrators
from vault.fields import seal_into, unseal_from
from vault.secret import Secret

_LENGTH = 24
"""Vonage takes 8 to 25 characters, with a lower and an upper case letter and a digit."""


def new_secret() -> Secret:
    """Return a secret that Vonage accepts and nobody guesses."""
    letters = string.ascii_letters + string.digits
    while True:
        made = "".join(secrets.choice(letters) for _ in range(_LENGTH))
        if any(map(str.islower, made)) and any(map(str.isupper, made)) and not made.isalpha():
            return Secret(made)


def make(operation: Operation, secret: Secret | None = None) -> None:
    """Keep a secret for what the operation makes, sealed: a new one, unless one is given."""
    row = NewSecret(workspace_id=operation.workspace_id, operation=operation)
    seal_into(row, "api_secret", secret or new_secret())
    row.save(force_insert=True)


def kept(operation: Operation) -> Secret:
    """Return the secret of an operation that makes an account, while it is kept."""
    return unseal_from(NewSecret.objects.get(operation=operation), "api_secret")


def forget_refused(before: datetime) -> int:
    """Forget the secrets that Vonage never took; return how many.

    before: of operations that ended earlier than this.
    """
    dead = NewSecret.objects.filter(
        operation__state__in=DEAD - {State.NOT_EXECUTED},  # that one may still turn up
        operation__closed_at__lt=before,
    )
    return dead.delete()[0]


def is_kept(actor: Actor, operation: Operation) -> bool:
    """Return whether the person can look at the secret of this operation, now."""
    return _may_see(actor, operation) and waits(operation)


def take_out(actor: Actor, operation: Operation) -> Secret | None:
    """Return the secret, and forget it; None where it was shown before.

    Raises `MissingCapabilityError`. That it was seen stands in the audit book.
    """
    if not _may_see(actor, operation):
        raise MissingCapabilityError(Capability.SECRET_REVEAL, operation.account)
    with transaction.atomic():
        secret = withdraw(operation) if waits(operation) else None
        if secret is None:
            return None
        SeenSecret.objects.create(workspace=actor.workspace, person=actor.user, operation=operation)
        record(
            Event.SECRET_SHOWN,
            actor=actor.user,
            workspace=actor.workspace,
            account=operation.account_id,
            target=operation,
        )
        _tell(actor, operation)
    return secret


def _tell(actor: Actor, operation: Operation) -> None:
    """Write to the primary user and the administrators, but to whoever it was."""
    workspace = actor.workspace
    told = {each.pk: each for each in (workspace.primary_user, *administrators(workspace))}
    told.pop(actor.user.pk, None)
    for person in told.values():
        with mailing.in_zone_of(person):
            mailing.post(
                "secret_shown",
                person.email,
                path=f"/w/{workspace.slug}/operations/{operation.reference}/",
                workspace=workspace.name,
                account=str(operation.account),
                who=str(actor.user),
                at=mailing.moment(timezone.now()),
            )


def waits(operation: Operation) -> bool:
    """Return whether the secret of an operation is there to be taken out by somebody."""
    if operation.wanted.get("ours"):
        return False  # this workspace signs in with it; nobody is to see it
    kept_one = NewSecret.objects.filter(operation=operation)
    return operation.state == State.SUCCEEDED and kept_one.exists()


def waiting(account: Account) -> set[int]:
    """Return the operations of an account whose secret is there to be taken out. One query."""
    kept_ones = NewSecret.objects.filter(
        operation__account=account, operation__state=State.SUCCEEDED
    ).select_related("operation")
    rows = kept_ones.defer("api_secret")
    return {each.operation_id for each in rows if not each.operation.wanted.get("ours")}


def withdraw(operation: Operation) -> Secret | None:
    """Return the secret, and forget it, in a transaction; None where somebody else was quicker."""
    row = NewSecret.objects.filter(operation=operation).first()
    if row is None or operation.state != State.SUCCEEDED:
        return None
    secret = unseal_from(row, "api_secret")
    return secret if NewSecret.objects.filter(pk=row.pk).delete()[0] else None


def follow_up(operation: Operation) -> Operation | None:
    """Return the funding that was asked for with a new account, where it was asked for."""
    token = f"after:{operation.reference}"
    return Operation.objects.filter(workspace=operation.workspace_id, form_token=token).first()


def _may_see(actor: Actor, operation: Operation) -> bool:
    """Return whether the person may read the secrets of this account, or made the account."""
    if actor.seen_by:
        return False
    own = operation.kind == "create" and operation.made_by_id == actor.user.pk
    return own or policy.can(actor, Capability.SECRET_REVEAL, operation.account)
