"""Telling people, from what was written down with the state.

A mail is sent once, if at all: whoever waits for it finds the same on the pages.
"""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from operations import kinds
from operations.models import Notice
from operations.services import approving
from operations.states import State
from teams import mailing
from teams.models import User

AT_ONCE = 100
MAILED = frozenset(
    {
        State.AWAITING,
        State.DECLINED,
        State.EXPIRED,
        State.LAPSED,
        State.NEEDS_HUMAN,
        State.NOT_EXECUTED,
        State.REJECTED,
    }
)
"""What people are written about. The rest is seen on the pages."""


def tell_due(now: datetime) -> int:
    """Send the mails of notices that nobody was told of; return how many notices there were."""
    untold = Notice.objects.filter(told_at=None).order_by("created_at", "pk")[:AT_ONCE]
    rows = untold.select_related("operation__made_by", "operation__workspace__primary_user")
    return sum(_tell(each, now) for each in rows)


def _tell(notice: Notice, now: datetime) -> bool:
    if not Notice.objects.filter(pk=notice.pk, told_at=None).update(told_at=now):
        return False  # another worker does
    if notice.state in MAILED:
        for person in _whom(notice):
            _mail(person, notice)
    return True


def _whom(notice: Notice) -> list[User]:
    operation = notice.operation
    if notice.state == State.AWAITING:
        return approving.approvers_of(operation)
    people = [operation.made_by]
    if notice.state == State.NEEDS_HUMAN:
        people.append(operation.workspace.primary_user)
    return list({each.pk: each for each in people}.values())


def _mail(person: User, notice: Notice) -> None:
    operation = notice.operation
    with mailing.in_zone_of(person):
        mailing.post(
            "operation",
            person.email,
            path=reverse(
                "subaccounts:operation", args=[operation.workspace.slug, operation.reference]
            ),
            workspace=operation.workspace.name,
            what=kinds.kind_of(operation.kind).noun,
            state=State(notice.state).label,
            detail=operation.detail,
            at=mailing.moment(timezone.now()),
        )
