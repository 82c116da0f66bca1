"""How far the replacing of an API secret has come, as a person sees it."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import Account
from api_secrets.models import HandOver, HeldSecret, Rotation
from operations.states import State
from subaccounts import new_secrets

IN_USE = "In use"


class Step(NamedTuple):
    """One step. at: when it was done; None while it is not. is_next: what is waited for."""

    label: str
    at: datetime | None
    is_next: bool
    hint: str = ""


class Progress(NamedTuple):
    """A rotation and where it stands. waits: the new secret is there to be shown or taken."""

    rotation: Rotation
    steps: list[Step]
    waits: bool

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.rotation.ended_at is None

    @property
    def is_stopped(self) -> bool:
        """Whether it ended before its end."""
        return self.rotation.end == Rotation.End.STOPPED

    @property
    def can_be_confirmed(self) -> bool:
        """Whether somebody can have the new secret and nobody has said that it is in use."""
        rotation, added = self.rotation, self.rotation.added
        has_it = added is not None and added.state == State.SUCCEEDED and not self.waits
        is_asked = rotation.purpose == Rotation.Purpose.USERS and rotation.replaces
        is_said = any(step.label == IN_USE and step.at for step in self.steps)
        return self.is_open and is_asked and has_it and not is_said


def of_account(account: Account) -> Progress | None:
    """Return how far the replacing of the account's secret is, or how the last one ended."""
    rows = Rotation.objects.filter(account=account).select_related("added", "revoked", "campaign")
    found = rows.order_by("-pk").first()
    return progress_of(found) if found else None


def open_one(account: Account) -> Rotation | None:
    """Return the rotation of the account that goes on, if one does."""
    rows = Rotation.objects.select_related("account", "added", "revoked", "campaign")
    return rows.filter(account=account, ended_at=None).first()


def held_of(account: Account) -> HeldSecret | None:
    """Return what is known of the secret by which this workspace signs in as the subaccount."""
    return HeldSecret.objects.filter(account=account).defer("api_secret").first()


def progress_of(rotation: Rotation) -> Progress:
    """Return the steps of a rotation, done and to come. Two queries at most."""
    added = rotation.added
    waits = added is not None and new_secrets.waits(added)
    steps = [
        ("Another secret added", added.closed_at if _is_done(added) and added else None, ""),
        ("Proved: Vonage lets it in", rotation.proved_at, ""),
    ]
    if rotation.purpose == Rotation.Purpose.USERS:
        steps += _with_its_users(rotation, waits=waits)
    else:
        steps.append(("This workspace signs in with it", rotation.proved_at, ""))
    if rotation.replaces:
        gone = rotation.revoked
        steps.append(
            ("The old one revoked", gone.closed_at if _is_done(gone) and gone else None, "")
        )
    return Progress(rotation, _marked(steps), waits)


def _with_its_users(rotation: Rotation, *, waits: bool) -> list[tuple[str, datetime | None, str]]:
    handed = HandOver.objects.filter(operation=rotation.added, withdrawn_at=None).first()
    taken = handed.taken_at if handed else None
    if rotation.proved_at and not waits:
        taken = taken or rotation.proved_at  # it was shown to somebody here
    confirmed = rotation.confirmed_at or (handed.confirmed_at if handed else None)
    if confirmed is None and rotation.revoked:
        confirmed = rotation.revoked.created_at  # its date came
    return [
        ("With those who use it", taken, "Show it or hand it over, on the page of the operation."),
        (
            IN_USE,
            confirmed,
            _until(rotation),
        ),
    ]


def _until(rotation: Rotation) -> str:
    if rotation.due_at is None:
        return "Somebody has to say so: whoever took it, or the team."
    return "Somebody has to say so, or its date has to come."


def _is_done(operation: object) -> bool:
    return getattr(operation, "state", "") == State.SUCCEEDED


def _marked(steps: list[tuple[str, datetime | None, str]]) -> list[Step]:
    """Mark the first step that is not done as the next one."""
    marked, is_next = [], True
    for label, at, hint in steps:
        marked.append(Step(label, at, is_next=is_next and at is None, hint=hint))
        is_next = is_next and at is not None
    return marked
