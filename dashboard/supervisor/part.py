import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Probe = Callable[[], Awaitable[bool]]


async def at_once() -> bool:
    """Be the probe of a part that nobody has to wait for."""
    return True


async def nothing() -> None:
    """Be the preparation of a part that needs none."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One program of the installation.

    ``ready`` answers whether the part can be used; ``before`` runs ahead of every start; neither
    raises. ``grace`` and ``ready_within`` are seconds: how long the part may take to stop
    after ``stop_signal``, and to answer after its start. ``death_signal`` is what the part gets
    when the supervisor itself is killed.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    ready: Probe = at_once
    before: Callable[[], Awaitable[None]] = nothing
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    ready_within: float = 30.0
