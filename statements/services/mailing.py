"""Mails statements to the people of an account, each as that person may see it, and once.

People of an account are members who see its usage by a grant on selected accounts or on a tag.
"""

import logging
from collections.abc import Iterator
from datetime import date
from itertools import islice
from smtplib import SMTPException

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from statements.models import Mailed, Statement
from statements.pdf import render
from statements.seeing import View, view_of
from teams import mailing
from teams.capabilities import Capability
from teams.models import Grant, Member, Reach, Workspace
from teams.policy import Actor, actor_of

logger = logging.getLogger(__name__)
_AT_ONCE = 200


def mail_month(workspace: Workspace, month: date) -> int:
    """Mail the current statements of a month; return how many mails left.

    A mail is put down before it is sent, so it is never sent twice; one whose sender died is not
    sent at all. Raises `OSError` where the mail server cannot be reached: then it goes on later.
    """
    people = _People(workspace)
    rows = Statement.objects.filter(workspace=workspace, month=month, is_current=True)
    left = iter(list(rows.order_by("pk").values_list("pk", flat=True)))
    count = 0
    while batch := list(islice(left, _AT_ONCE)):
        found = Statement.objects.filter(pk__in=batch).select_related("account")
        statements = {each.account_id: each for each in found}
        for account, actor in people.of(list(statements)):
            count += _send(actor, statements[account])
    return count


class _People:
    """Who belongs to which accounts; every member is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._members = {
            each.pk: each
            for each in Member.objects.filter(
                workspace=workspace, suspended_at=None
            ).select_related("user", "workspace")
        }
        self._actors: dict[int, Actor] = {}

    def of(self, accounts: list[int]) -> Iterator[tuple[int, Actor]]:
        """Yield each account with each of its people. One query, and one for each new member."""
        rows = Reach.objects.filter(member__in=list(self._members), account__in=accounts)
        names = ("account_id", "member_id", "grants")
        for account, member, grants in rows.order_by(*names[:2]).values_list(*names):
            actor = self._actor(member)
            if self._sees(actor, grants) and not actor.lacks_second_factor:
                yield account, actor

    def _actor(self, member: int) -> Actor:
        if member not in self._actors:
            self._actors[member] = actor_of(self._members[member])
        return self._actors[member]

    @staticmethod
    def _sees(actor: Actor, grants: int) -> bool:
        own = {Grant.Scope.SELECTED, Grant.Scope.TAG}
        return any(
            each.bit & grants and each.scope in own and each.mask & Capability.USAGE_VIEW.bit
            for each in actor.holdings
        )


def _send(actor: Actor, statement: Statement) -> bool:
    """Send one mail, unless it was sent or begun before."""
    assert actor.member_id is not None  # noqa: S101 - the primary user is no member
    try:
        with transaction.atomic():
            row = Mailed.objects.create(statement=statement, member_id=actor.member_id)
    except IntegrityError:
        return False
    view = view_of(actor, statement)
    with mailing.in_zone_of(actor.user):
        message = mailing.written(
            "statement",
            actor.user.email,
            path=reverse(
                "statements:statement",
                args=[actor.workspace.slug, view.account.api_key, statement.month],
            ),
            workspace=actor.workspace.name,
            account=str(view.account),
            month=view.title,
        )
    message.attach(_name(view), render(view), "application/pdf")
    try:
        message.send()
    except SMTPException as error:
        # The server refused this one, which is no reason to keep the others waiting.
        logger.warning(
            "mail not sent", extra={"template": "statement", "fault": type(error).__name__}
        )
        return False
    except OSError:
        row.delete()  # nothing left: it may be tried again
        raise
    Mailed.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return True


def _name(view: View) -> str:
    return f"statement-{view.account.api_key}-{view.statement.month_code}.pdf"
