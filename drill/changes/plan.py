"""What each of these gates does, as data."""

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar


@dataclass(frozen=True)
class Changes:
    """One run. `least_*` are demands: a run that saw less proves nothing.

    things: so many accounts, or numbers, at most. rounds: so often each of them is changed.
    workers: processes that take the steps of rotations, or read the lists of numbers. faults: the
    share of POSTs, DELETEs and lists that are struck. late: seconds after which Vonage does what it
    does late. passes: each process dies at a point that it drew, at the latest when it passes it
    for so many times. least_done: the share that comes to a good end. least_faulted: the share of
    what was sent that was struck. least_own: so often the workspace's own secret is replaced.
    """

    gate: str
    things: int
    rounds: int
    workers: int = 3
    senders: int = 2
    faults: float = 0.3
    late: float = 2.0
    passes: int = 8
    least_asked: int = 1
    least_done: float = 0.5
    least_faulted: float = 0.15
    least_kills: int = 1
    least_of_each_point: int = 0
    least_own: int = 0

    broker: ClassVar[bool] = False
    module: ClassVar[str] = "drill.changes.campaign"

    def as_json(self) -> dict[str, Any]:
        """Return it as a campaign's process takes it."""
        return asdict(self)


GATES = {
    each.gate: each
    for each in (
        Changes(
            gate="rotation",
            things=22,
            rounds=3,
            least_asked=40,
            least_kills=25,
            least_of_each_point=1,
            least_own=1,
        ),
        Changes(
            gate="numbers",
            things=24,
            rounds=5,
            workers=2,
            least_asked=70,
            least_kills=25,
            least_of_each_point=1,
        ),
    )
}

SHORT = {"rotation": (9, 1), "numbers": (8, 2)}
"""How many things, and rounds, are enough for the tests."""


def short(plan: Changes) -> Changes:
    """Return the same, small enough for the tests: with fewer demands, and none dropped to zero."""
    things, rounds = SHORT[plan.gate]
    return replace(
        plan,
        things=things,
        rounds=rounds,
        workers=2,
        passes=4,
        least_asked=things,
        faults=0.4,
        # So few draws stray far from their share.
        least_done=0.1,
        least_faulted=0.05,
        least_kills=2,
        least_of_each_point=0,
        least_own=0,  # its one try may come to nothing
    )
