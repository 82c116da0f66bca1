"""What each gate does, as data."""

from dataclasses import asdict, dataclass, replace
from typing import Any

HOSTILE = ("twice", "late")
"""Faults against which nothing we do helps: they have to be found and said."""


@dataclass(frozen=True)
class Campaign:
    """One run. Times in seconds; `least_*` are demands: a run that saw less proves nothing."""

    gate: str
    transfers: int
    senders: int = 4
    submitters: int = 2
    faults: float = 0.0
    hostile: bool = False
    late: float = 2.0
    crashes: bool = False
    pauses: int = 0
    least_faulted: float = 0.0
    least_kills: int = 0
    least_of_each_point: int = 0
    least_of_each_fault: int = 0

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
            least_faulted=0.2,
            least_kills=20,
        ),
        Campaign(gate="speed", transfers=300, senders=1, submitters=1),
        Campaign(gate="G3", transfers=600, faults=0.1, pauses=100),
        Campaign(
            gate="G8",
            transfers=2_000,
            senders=2,
            faults=0.3,
            crashes=True,
            least_faulted=0.25,
            least_kills=50,
        ),
    )
}


def short(campaign: Campaign) -> Campaign:
    """Return the same, small enough for the tests: with fewer demands, and none dropped to zero."""
    return replace(
        campaign,
        transfers=min(campaign.transfers, 120),
        senders=2,
        submitters=1,
        pauses=min(campaign.pauses, 5),
        # So few draws stray far from their share.
        least_faulted=min(campaign.least_faulted, 0.1),
        least_kills=min(campaign.least_kills, 1),
        least_of_each_point=0,
        least_of_each_fault=0,
    )
