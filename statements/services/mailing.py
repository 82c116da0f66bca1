"""Mails the statements of a month to the people of each account, each as they may see it, once."""

from datetime import date
from itertools import islice

from django.db import IntegrityError, transaction

from statements.models import Mailed, Statement
from statements.services.addressees import Addressees
from statements.services.posting import UnreachableError, hand_over, letter
from teams.models import Workspace
from teams.policy import Actor

_AT_ONCE = 200


def mail_month(workspace: Workspace, month: date) -> int:
    """Mail the current statements of a month; return how many mails left.

    A mail is put down before it is sent, so it is never sent twice by itself; what becomes of one
    that failed is up to `remailing`. Raises `UnreachableError`: then it goes on later.
    """
    people = Addressees(workspace)
    rows = Statement.objects.filter(workspace=workspace, month=month, is_current=True)
    left = iter(list(rows.order_by("pk").values_list("pk", flat=True)))
    count = 0
    while batch := list(islice(left, _AT_ONCE)):
        found = Statement.objects.filter(pk__in=batch).select_related("account")
        statements = {each.account_id: each for each in found}
        for account, actor in people.of(list(statements)):
            count += _send(actor, statements[account])
    return count


def _send(actor: Actor, statement: Statement) -> bool:
    """Send one mail, unless it was sent or begun before."""
    assert actor.member_id is not None  # noqa: S101 - the primary user is no member
    if Mailed.objects.filter(statement=statement, member=actor.member_id).exists():
        return False
    message = letter(actor, statement)
    try:
        with transaction.atomic():
            row = Mailed.objects.create(statement=statement, member_id=actor.member_id)
    except IntegrityError:
        return False
    try:
        return hand_over(row, message)
    except UnreachableError:
        row.delete()  # nothing left: it may be tried again
        raise
