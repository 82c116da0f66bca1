"""Mails that did not go: tried again by themselves or by a person, as far as that is safe.

What the mail server refused is known not to have left, and is tried again some times, with longer
and longer gaps. What may have left is sent again only because a person says so.
"""

import logging
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from statements.doorbell import ring
from statements.models import Mailed
from statements.seeing import statements_of
from statements.services.addressees import Addressees
from statements.services.posting import UnreachableError, hand_over, letter, put_off
from teams.capabilities import Capability
from teams.policy import Actor, require
from teams.services.turns import turn

logger = logging.getLogger(__name__)
State = Mailed.State
AT_ONCE = 200
"""So many in one go; the rest a minute later."""
_RELATED = ("statement__account", "statement__workspace", "member__user")


def failed_of(actor: Actor, month: date) -> QuerySet[Mailed]:
    """Return the mails of current statements in sight that did not go, or perhaps not."""
    return _in_sight(actor).filter(_failed(), statement__month=month)


def mail_of(actor: Actor, pk: int) -> Mailed:
    """Return a mail of a statement in sight; raises `Http404` where there is none."""
    found = _in_sight(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def again(actor: Actor, mailed: Mailed) -> bool:
    """Have a worker send a mail that did not go; False where there is nothing to send again.

    One of which nobody knows whether it left may arrive twice; the person was told so.
    """
    with turn(actor) as by:
        require(by, Capability.WORKSPACE_SETTINGS)
        require(by, Capability.USAGE_VIEW, mailed.statement.account)
        rows = Mailed.objects.filter(_failed(), pk=mailed.pk, statement__is_current=True)
        # A row that waits already is not asked for twice.
        changed = rows.exclude(state=State.WAITING).update(
            state=State.WAITING, next_at=timezone.now(), tries=0
        )
        if changed:
            _write_down(by, mailed)
            transaction.on_commit(ring)
    return bool(changed)


def try_again(now: datetime) -> int:
    """Send what is due to be sent again; return how many mails left.

    Each row is claimed before its mail is handed over: where the sender dies, it stays as it is.
    """
    due = Mailed.objects.filter(next_at__lte=now).select_related(*_RELATED)
    people: dict[int, Addressees] = {}
    count = 0
    for row in list(due.order_by("next_at", "pk")[:AT_ONCE]):
        workspace = row.statement.workspace
        if workspace.pk not in people:
            people[workspace.pk] = Addressees(workspace)
        actor = people[workspace.pk].one(row.statement.account_id, row.member_id)
        try:
            count += _send(row, actor)
        except UnreachableError:
            break  # the others need not wait for a mail server that is not there
    return count


def _send(row: Mailed, actor: Actor | None) -> bool:
    if actor is None or not row.statement.is_current:
        _waiting(row).update(state=State.LAPSED, next_at=None)
        return False
    began = timezone.now()
    if not _waiting(row).update(
        state=State.SENDING, begun_at=began, next_at=None, tries=F("tries") + 1
    ):
        return False
    row.begun_at, row.tries = began, row.tries + 1
    try:
        message = letter(actor, row.statement)
    except Exception:
        logger.exception("a mail could not be written", extra={"mail": row.pk})
        put_off(row)
        return False
    try:
        return hand_over(row, message)
    except UnreachableError:
        put_off(row)
        raise


def _waiting(row: Mailed) -> QuerySet[Mailed]:
    return Mailed.objects.filter(pk=row.pk, state=row.state, next_at=row.next_at)


def _in_sight(actor: Actor) -> QuerySet[Mailed]:
    seen = statements_of(actor).filter(is_current=True)
    return Mailed.objects.filter(statement__in=seen.values("pk")).select_related(*_RELATED)


def _failed() -> Q:
    """Keep what was refused, what is unclear, and what has been under way for too long."""
    died = Q(state=State.SENDING, begun_at__lt=timezone.now() - Mailed.HELD)
    return died | Q(state__in=(State.REFUSED, State.UNKNOWN, State.WAITING))


def _write_down(actor: Actor, mailed: Mailed) -> None:
    record(
        Event.STATEMENT_MAILED_AGAIN,
        actor=actor.user,
        workspace=actor.workspace,
        target=mailed.member,
        account=mailed.statement.account,
        new={
            "month": mailed.statement.month_code,
            "revision": mailed.statement.revision,
            "perhaps a second time": mailed.is_unclear,
        },
    )
