"""What a person asks of the activity, and the rows that fit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts import activity
from accounts.models import Account
from audit.groups import GROUPS
from audit.models import Entry
from audit.reading import EntryQuerySet
from dashboard.activity.position import Position
from remote_events import seeing
from teams.capabilities import Capability
from teams.policy import Actor

Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")

AT_VONAGE = "vonage"
"""The group of what the mirror observed."""
BY_VONAGE = "by_vonage"
"""The group of Vonage's own audit events; all others are of the audit book."""


@dataclass(frozen=True)
class Wanted:
    """Empty: everything. `since` is included, `until` is not."""

    person: str = ""
    account: str = ""
    group: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    # Where a page is cut: what is older, or newer, than this.
    older: Position | None = None
    newer: Position | None = None

    @property
    def is_narrowed(self) -> bool:
        """Not all that the person may read is asked for."""
        given = (self.person, self.account, self.group, self.outcome, self.since, self.until)
        return any(given)


def entries(actor: Actor, wanted: Wanted) -> EntryQuerySet:
    """Return the entries that fit, with the account that each is about."""
    rows = activity.entries_for(actor)
    if wanted.group in {AT_VONAGE, BY_VONAGE}:
        return rows.none()
    if wanted.group:
        rows = rows.named(GROUPS[wanted.group].events)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.person:
        rows = _by(actor, rows, wanted.person)
    if wanted.account:
        rows = activity.concerning(rows, activity.accounts_like(actor, wanted.account))
    return _with_account(actor, rows.between(wanted.since, wanted.until), "account_id")


def observations(actor: Actor, wanted: Wanted) -> Any:
    """Return the observed changes that fit. Nobody of us made them, and none was refused."""
    rows = activity.observations_for(actor)
    if wanted.group not in {"", AT_VONAGE} or wanted.person or wanted.outcome == _REFUSED:
        return rows.none()
    return _narrowed(actor, rows, wanted)


def remote_events(actor: Actor, wanted: Wanted) -> Any:
    """Return the events of Vonage's own audit that fit. It says nothing of what was refused."""
    rows = seeing.events_for(actor)
    if wanted.group not in {"", BY_VONAGE} or wanted.outcome == _REFUSED:
        return rows.none()
    if wanted.person:
        if not activity.sees_names(actor):
            return rows.none()
        rows = rows.filter(person__icontains=wanted.person)
    return _narrowed(actor, rows, wanted)


_REFUSED = Entry.Outcome.REFUSED.value


def _narrowed(actor: Actor, rows: Any, wanted: Wanted) -> Any:
    """Keep what was done to these accounts in this time, with the account of each."""
    if wanted.account:
        rows = rows.filter(account__in=activity.accounts_like(actor, wanted.account).values("pk"))
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return _with_account(actor, rows, "account")


def _by(actor: Actor, rows: EntryQuerySet, name: str) -> EntryQuerySet:
    """Keep what people of this name did, without telling names that are not shown."""
    named = rows.filter(actor_label__icontains=name)
    return named if activity.sees_names(actor) else named.by(actor.user)


def _with_account(actor: Actor, rows: Rows, column: str) -> Rows:
    """Add name and key of the account, and whether the person may open its page."""
    about = Account.objects.filter(workspace=actor.workspace, pk=OuterRef(column))
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    return rows.annotate(
        account_name=Subquery(about.values("name")),
        account_key=Subquery(about.values("api_key")),
        opens=Exists(visible.filter(pk=OuterRef(column))),
    )
