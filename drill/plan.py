"""What each gate does, as data."""

from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

HOSTILE = ("twice", "late")
"""Faults against which nothing we do helps: they have to be found and said."""


@dataclass(frozen=True)
class Campaign:
    """One run. Times in seconds; `least_*` are demands: a run that saw less proves nothing.

    faults: the share of POSTs and lists that are struck. kinds: by these faults only (all).
    crashes: each sender and settler dies at a point that it drew, when it passes it for the n-th
    time, n being up to `passes`. restores: so often an older dump of the database is put back.
    restarts: so often its server dies. blind: at the end Vonage lists nothing any more, and
    nothing may be claimed. broker: the processes are the product's own, woken by a Redis that
    hangs, forgets and dies.
    """

    gate: str
    transfers: int
    senders: int = 4
    submitters: int = 2
    faults: float = 0.0
    hostile: bool = False
    kinds: tuple[str, ...] = ()
    late: float = 2.0
    crashes: bool = False
    passes: int = 150
    pauses: int = 0
    restores: int = 0
    restarts: int = 0
    blind: bool = False
    broker: bool = False
    least_done: float = 0.75
    least_faulted: float = 0.0
    least_kills: int = 0
    least_of_each_point: int = 0
    least_of_each_fault: int = 0

    module: ClassVar[str] = "drill.campaign"

    def as_json(self) -> dict[str, Any]:
        """Return it as a campaign's process takes it."""
        return asdict(self)


GATES = {
    each.gate: each
    for each in (
        Campaign(
            gate="G1",
            transfers=10_000,
            faults=0.3,
            crashes=True,
            least_faulted=0.25,
            least_kills=100,
            least_of_each_point=5,
            least_of_each_fault=50,
        ),
        Campaign(
            gate="G2",
            transfers=1_000,
            faults=0.3,
            hostile=True,
            late=7.0,
            crashes=True,
            passes=60,
            least_faulted=0.2,
            least_kills=20,
        ),
        Campaign(gate="speed", transfers=300, senders=1, submitters=1),
        Campaign(gate="G3", transfers=1_000, senders=6, faults=0.1, pauses=100),
        Campaign(gate="G4", transfers=600, faults=0.1, crashes=True, restores=10),
        Campaign(gate="G6", transfers=120, senders=0, submitters=1, broker=True),
        Campaign(gate="G7", transfers=600, faults=0.1, restarts=20),
        Campaign(
            gate="G8",
            transfers=2_000,
            senders=2,
            faults=0.3,
            crashes=True,
            passes=60,
            least_faulted=0.25,
            least_kills=50,
        ),
        Campaign(gate="G9", transfers=60, senders=2, submitters=1, blind=True),
    )
}

ONLY_ON = {"G1": "postgresql", "G7": "postgresql", "G8": "sqlite"}
"""Gates of one database: what is G1 on PostgreSQL is G8 on SQLite, which has no server to die."""


def short(campaign: Campaign) -> Campaign:
    """Return the same, small enough for the tests: with fewer demands, and none dropped to zero."""
    return replace(
        campaign,
        transfers=min(campaign.transfers, 60),
        senders=2,
        submitters=1,
        kinds=(*HOSTILE, "drop-after", "list-500") if campaign.hostile else (),
        passes=15,  # so few are passed at all
        pauses=min(campaign.pauses, 2),
        restores=min(campaign.restores, 2),
        restarts=min(campaign.restarts, 3),
        # So few draws stray far from their share.
        least_done=min(campaign.least_done, 0.5),
        least_faulted=min(campaign.least_faulted, 0.1),
        least_kills=min(campaign.least_kills, 1),
        least_of_each_point=0,
        least_of_each_fault=0,
    )
