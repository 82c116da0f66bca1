"""The processes of the gate `rotation`: those that advance, and the people around them."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db.models import Q
from django.utils import timezone

from accounts.models import Account
from api_secrets.models import Rotation
from api_secrets.services import handing_over, keeping, rotating
from drill.changes.plan import Changes
from drill.changes.points import ROTATING, least_hit
from drill.children import IDLE
from drill.crashes import Crashes
from drill.world import World
from operations.errors import RefusedError
from operations.states import State
from subaccounts import new_secrets
from teams.policy import Actor

Purpose = Rotation.Purpose
WAYS = ("due", "due", "confirmed", "confirmed", "handed over", "handed over", "at once")
"""What makes the old secret go: its date, the team's word, that of whoever took it, and a word that
comes before the proof."""
LAST_WAYS = (*WAYS, "never", "never")
EVERY_OTHER = 5
"""Of so many accounts one gets, at last, a secret for this workspace to sign in with."""


def scale_times() -> None:
    """Let what takes minutes take seconds, before any process is forked."""
    rotating.SOON, rotating.SELDOM = timedelta(seconds=0.3), timedelta(seconds=1)
    rotating.CLAIM = timedelta(seconds=4)


def rotator(told: Path, seed: str, *, passes: int) -> Callable[[], None]:
    """Return the work of a process that does what the product's task does, over and over."""

    def work() -> None:
        Crashes(told, least_hit(ROTATING, told), random.Random(seed), passes)  # noqa: S311 - it shall be foreseeable
        while True:
            if not rotating.advance_due(timezone.now()):
                time.sleep(IDLE)

    return work


@dataclass
class Owner:
    """Somebody who has the secret of one account replaced, a few times."""

    actor: Actor
    account: Account
    ways: list[tuple[str, str]]
    taken: Path
    asked: Path
    rotation: Rotation | None = None
    digest: str = ""
    has_taken: bool = False

    def go_on(self) -> bool:
        """Do what is to be done now; return False where nothing will be, any more."""
        if self.rotation is not None:
            self.rotation = Rotation.objects.select_related("added", "revoked").get(
                pk=self.rotation.pk
            )
        if self.rotation is None or self.rotation.ended_at:
            return bool(self.ways) and self._begin()
        if _needs_people(self.rotation) or self._way == "never":
            return self.rotation.proved_at is None and not _needs_people(self.rotation)
        if self._purpose == Purpose.USERS:
            self._take_part(self.rotation)
        return True

    def _begin(self) -> bool:
        self._purpose, self._way = self.ways.pop(0)
        due = timezone.now() - timedelta(hours=1) if self._way in {"due", "never"} else None
        try:
            self.rotation = rotating.start(
                self.actor,
                self.account,
                purpose=self._purpose,
                replaces=self._way != "held",
                due_at=due,
            )
        except RefusedError:
            return False  # an earlier one was stopped half way: a person has to look at it
        self.has_taken, self.digest = False, ""
        _note(self.asked, str(self.rotation.pk))
        return True

    def _take_part(self, rotation: Rotation) -> None:
        added = rotation.added
        if added is None or added.state != State.SUCCEEDED:
            return
        if not self.has_taken:
            if rotation.proved_at or self._way == "at once":
                self._take(rotation)
        elif self._way in {"confirmed", "at once"}:
            rotating.confirm(self.actor, rotation)
        elif self._way == "handed over":
            handing_over.confirm(self.digest)

    def _take(self, rotation: Rotation) -> None:
        """Have the secret, and keep it as its users do: not in the product."""
        added = rotation.added
        assert added is not None  # noqa: S101 - the caller has looked
        if self._way == "handed over":
            offer = handing_over.offer(self.actor, added)
            self.digest = handing_over.digest_of(offer.token)
            secret = handing_over.take(self.digest, offer.code)
        else:
            shown = new_secrets.take_out(self.actor, added)
            assert shown is not None  # noqa: S101 - nobody else takes it
            secret = shown
        _note(self.taken, f"{rotation.pk}:{secret.reveal()}")
        self.has_taken = True


def owners(world: World, plan: Changes, seed: str, folder: Path) -> Callable[[], None]:
    """Return the work of those who begin rotations, take the new secrets and say that they do."""
    taken, asked = folder / "taken", folder / "asked"
    chance = random.Random(seed)  # noqa: S311 - it shall be foreseeable
    accounts = _accounts(world, plan.things)
    everybody = [
        Owner(world.actor, account, _ways(account, plan, number, chance), taken, asked)
        for number, account in enumerate(accounts)
    ]

    def work() -> None:
        busy = everybody
        while busy:
            busy = [each for each in busy if each.go_on()]
            time.sleep(IDLE)

    return work


def prepare(world: World, plan: Changes) -> None:
    """Read each list once."""
    for account in _accounts(world, plan.things):
        keeping.read(account)


def running() -> int:
    """Return how many rotations go on by themselves."""
    return sum(
        not waits_for_people(each)
        for each in Rotation.objects.filter(ended_at=None).select_related("added", "revoked")
    )


def waits_for_people(rotation: Rotation) -> bool:
    """Return whether a rotation takes no step before somebody has taken one."""
    if _needs_people(rotation):
        return True
    added = rotation.added
    if added is None or added.state != State.SUCCEEDED or rotation.revoked:
        return False
    if rotation.purpose != Purpose.USERS or not rotation.replaces:
        return False
    is_said = rotation.confirmed_at or added.hand_overs.filter(confirmed_at__isnull=False).exists()
    if rotation.proved_at is None:
        return not is_said and not new_secrets.waits(added)
    is_due = rotation.due_at is not None and rotation.due_at <= timezone.now()
    return new_secrets.waits(added) or not (is_due or is_said)


def _needs_people(rotation: Rotation) -> bool:
    both = (rotation.added, rotation.revoked)
    return any(each is not None and each.state == State.NEEDS_HUMAN for each in both)


def _accounts(world: World, count: int) -> list[Account]:
    """Return whose secrets are replaced, the workspace's own first."""
    working = Account.objects.filter(workspace=world.actor.workspace, suspended=False)
    rows = working.filter(Q(is_primary=True) | Q(vanished_at=None))
    return list(rows.order_by("-is_primary", "pk")[:count])


def _ways(
    account: Account, plan: Changes, number: int, chance: random.Random
) -> list[tuple[str, str]]:
    if account.is_primary:
        once_more = plan.rounds > 1  # there is but one of this kind
        return [(Purpose.OURS, "ours")] * (plan.rounds + once_more)
    ways = [(Purpose.USERS, chance.choice(WAYS)) for _ in range(plan.rounds - 1)]
    if number % EVERY_OTHER == 1:
        return [*ways, (Purpose.OURS, "held")]
    return [*ways, (Purpose.USERS, chance.choice(LAST_WAYS))]


def _note(file: Path, line: str) -> None:
    with file.open("a") as there:
        there.write(f"{line}\n")
