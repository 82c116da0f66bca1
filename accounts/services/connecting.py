"""Connecting a workspace to Vonage, and what the answers say about the connection since."""

import logging
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Connection, Mirror
from accounts.services.vonage import client_with, hosts
from audit.events import Event
from audit.writing import record
from teams import policy
from teams.capabilities import Capability
from teams.services.turns import turn
from vault.fields import seal_into
from vault.secret import Secret
from vonage_api import Retries, Timeouts

logger = logging.getLogger(__name__)

State = Connection.State
Fault = Mirror.Fault

PATIENCE = Timeouts(connect=5, read=10, total=12)
"""A person waits for the check, so it gives up sooner than a worker does."""

_STATES = {Fault.REFUSED: State.REFUSED, Fault.BLOCKED: State.BLOCKED}


class OtherAccountError(Exception):
    """The key belongs to another primary account than the one that this workspace mirrors."""


def check(*, api_key: str, secret: Secret) -> Decimal:
    """Ask Vonage for the balance with these credentials and return it.

    Raises `vonage_api.errors.VonageError` where they do not work.
    """
    once = Retries(attempts=1)
    with client_with(api_key, secret, timeouts=PATIENCE, retries=once) as client:
        return client.account.get_balance().value


def connect(actor: policy.Actor, *, api_key: str, secret: Secret) -> Decimal:
    """Check the credentials, keep them sealed, and make the first reading due.

    Returns the balance that Vonage gave. Raises `VonageError` where they do not work and
    `OtherAccountError` where the workspace already mirrors another account; nothing is kept then.
    """
    policy.require(actor, Capability.CONNECTION_MANAGE)
    _refuse_another(actor, api_key)
    balance = check(api_key=api_key, secret=secret)
    _keep(actor, api_key=api_key, secret=secret)
    return balance


@transaction.atomic(durable=True)
def _keep(actor: policy.Actor, *, api_key: str, secret: Secret) -> None:
    with turn(actor) as now:
        # Vonage took its time; the right may be gone meanwhile.
        policy.require(now, Capability.CONNECTION_MANAGE)
        _write(now, api_key=api_key, secret=secret)


def _write(actor: policy.Actor, *, api_key: str, secret: Secret) -> None:
    _refuse_another(actor, api_key)
    before = Connection.objects.filter(workspace=actor.workspace).first()
    connection = before or Connection(workspace=actor.workspace)
    connection.api_key, connection.api_host = api_key, hosts().api
    connection.state, connection.detail, connection.secret_id = State.WORKING, "", ""
    connection.checked_at = timezone.now()
    seal_into(connection, "api_secret", secret)
    connection.save()
    Mirror.objects.update_or_create(
        workspace=actor.workspace, defaults={"due_at": timezone.now(), "failures": 0}
    )
    record(
        Event.CONNECTION_CHANGED if before else Event.CONNECTION_MADE,
        actor=actor.user,
        workspace=actor.workspace,
        target=connection,
        new={"API key": api_key, "host": connection.api_host},
    )


def switch(workspace_id: int, *, secret: Secret, secret_id: str) -> None:
    """Sign in with another secret of the same account from now on, in a transaction.

    The caller has proved that Vonage lets it in. secret_id: Vonage's id of it.
    """
    connection = Connection.objects.get(workspace=workspace_id)
    connection.secret_id = secret_id
    connection.state, connection.detail = State.WORKING, ""
    connection.checked_at = timezone.now()
    seal_into(connection, "api_secret", secret)
    connection.save()


def _refuse_another(actor: policy.Actor, api_key: str) -> None:
    """Raise `OtherAccountError` where the workspace mirrors another primary account already."""
    mirrored = Account.objects.filter(workspace=actor.workspace, is_primary=True)
    if mirrored.exclude(api_key=api_key).exists():
        raise OtherAccountError


def note_working(connection: Connection, *, at: datetime, provisioned: bool) -> None:
    """Remember that Vonage accepted the credentials, where that is news."""
    state = State.WORKING if provisioned else State.UNPROVISIONED
    others = Connection.objects.filter(pk=connection.pk).exclude(state=state)
    others.update(state=state, checked_at=at, detail="")


def note_fault(connection: Connection, fault: Mirror.Fault, *, detail: str, at: datetime) -> None:
    """Remember that Vonage refused the credentials, and tell the primary user once."""
    state = _STATES.get(fault)
    if state is None:
        return
    others = Connection.objects.filter(pk=connection.pk).exclude(state=state)
    if others.update(state=state, checked_at=at, detail=detail):
        _tell_primary_user(connection, fault)


def _tell_primary_user(connection: Connection, fault: Mirror.Fault) -> None:
    workspace = connection.workspace
    link = settings.BASE_URL + reverse("accounts:connect", args=[workspace.slug])
    try:
        send_mail(
            subject=f"{workspace.name}: no connection to Vonage",
            message=f"{fault.label}.\n\nThe figures stay as they were meanwhile:\n{link}\n",
            from_email=None,
            recipient_list=[workspace.primary_user.email],
        )
    except OSError:
        logger.exception("mail was not sent", extra={"workspace_id": workspace.pk})
