"""A row of the activity as people read it, whichever table it comes from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from accounts import activity
from accounts.models import Observation
from audit.models import Entry
from dashboard.activity import changes
from dashboard.activity.changes import Change
from remote_events import seeing
from remote_events.models import RemoteEvent
from teams.policy import Actor

VONAGE = "Vonage"


@dataclass(frozen=True)
class Happening:
    """What happened, when, by whom, to what. `old` and `new` are as they were recorded."""

    at: datetime
    who: str
    event: str
    what: str
    is_observed: bool = False
    # Vonage recorded it, and not we.
    is_remote: bool = False
    is_refused: bool = False
    account_key: str = ""
    account_name: str = ""
    # The reader may open the page of the account.
    opens: bool = False
    subject: str = ""
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    ip: str = ""

    @property
    def utc(self) -> str:
        """The time as everybody in the world writes it."""
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    @property
    def account(self) -> str:
        """The account's name, or its key where it has none."""
        return self.account_name or self.account_key

    @property
    def changes(self) -> list[Change]:
        """What changed, field by field, in words."""
        return changes.between(self.old, self.new)


def happening_of(row: Any, reader: Actor) -> Happening:
    """Return a row as `reader` may read it."""
    if isinstance(row, Observation):
        return _observed(row)
    return _remote(row, reader) if isinstance(row, RemoteEvent) else _recorded(row, reader)


def _recorded(entry: Any, reader: Actor) -> Happening:
    return Happening(
        at=entry.at,
        who=activity.who_did(entry, reader),
        event=entry.event,
        what=entry.sentence,
        is_refused=entry.outcome == Entry.Outcome.REFUSED,
        account_key=entry.account_key or "",
        account_name=entry.account_name or "",
        opens=entry.opens,
        subject=entry.target_label,
        old=entry.old or {},
        new=entry.new or {},
        reason=entry.reason,
        ip=entry.ip if activity.sees_all(reader) else "",
    )


def _observed(seen: Any) -> Happening:
    return Happening(
        at=seen.at,
        who=VONAGE,
        event=f"vonage:{seen.kind}",
        what=seen.get_kind_display(),
        is_observed=True,
        account_key=seen.account_key,
        account_name=seen.account_name,
        opens=seen.opens,
        old={"name": seen.before} if seen.before else {},
        new={"name": seen.after} if seen.after else {},
    )


def _remote(event: Any, reader: Actor) -> Happening:
    context = seeing.context_of(event, reader)
    said = {"source": event.where, "country": event.country, "context": context}
    return Happening(
        at=event.at,
        who=seeing.who_did(event, reader),
        event=f"vonage:audit:{event.type}",
        what=event.what,
        is_remote=True,
        account_key=event.account_key or event.about_key,
        account_name=event.account_name or "",
        opens=event.opens,
        new={name: value for name, value in said.items() if value},
        ip=seeing.address_of(event, reader),
    )
