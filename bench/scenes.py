"""What the goals are measured on: installations with a customer in them, and their processes."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from bench.cost import Effort
from bench.customer import Bodies, bodies
from bench.databases import Kind
from bench.figures import Figure
from bench.inside import Inside
from bench.installation import Installation, Installer
from bench.server import Server
from bench.vonage import Vonage

_OBSERVED = 100
"""One of so many accounts was suspended or resumed lately."""


@dataclass(frozen=True)
class Scene:
    """What every goal needs."""

    kind: Kind
    accounts: int
    effort: Effort
    vonage: Vonage
    bodies: Bodies
    installation: Installation
    inside: Inside

    def figure(self, goal: int, name: str, value: float, unit: str, **more: object) -> Figure:
        """Return a figure of this scene."""
        return Figure(
            goal=goal,
            name=name,
            database=self.kind.label,
            accounts=self.accounts,
            value=value,
            unit=unit,
            **more,  # type: ignore[arg-type] # the rest of a figure
        )


@dataclass(frozen=True)
class PagesScene(Scene):
    """A served installation with history, its pages, and the floor beside it.

    `web` and `floor` have one thread, `busy_web` and `busy_floor` eight.
    """

    web: Server
    busy_web: Server
    floor: Server
    busy_floor: Server
    addresses: dict[str, str] = field(default_factory=dict)
    # Members: for each a cookie, and the keys at which deep pages are cut.
    readers: dict[str, dict[str, str]] = field(default_factory=dict)


@contextmanager
def read_once(
    installer: Installer, *, kind: Kind, accounts: int, own_only: bool, vonage: Vonage
) -> Iterator[tuple[Installation, Inside, Bodies]]:
    """Give an installation that has read its customer once, with a process inside."""
    name = f"{'own' if own_only else 'mixed'}{accounts}"
    at_vonage = bodies(accounts, own_only=own_only)
    with installer.installation(name) as installation, installation.inside() as inside:
        vonage.body = at_vonage.first
        inside.do("make_due")
        if not inside.do("read"):
            raise RuntimeError("the first reading failed")
        kind.settle(installation.database)
        yield installation, inside, at_vonage


@contextmanager
def pages_scene(
    installer: Installer,
    *,
    kind: Kind,
    accounts: int,
    effort: Effort,
    vonage: Vonage,
    floors: Sequence[Server],
) -> Iterator[PagesScene]:
    """Give a scene for the goals about pages: the simulator's mix of accounts."""
    with ExitStack() as stack:
        installation, inside, at_vonage = stack.enter_context(
            read_once(installer, kind=kind, accounts=accounts, own_only=False, vonage=vonage)
        )
        inside.do("add_history", observations=accounts // _OBSERVED)
        with Inside("bench.team", installation.env) as team:
            readers = team.do("add_readers")
        kind.settle(installation.database)
        addresses = inside.do("addresses")
        inside.do("hang_up")
        web = stack.enter_context(installation.web(threads=1))
        addresses["poll"] = _poll(web, addresses["poll"])
        yield PagesScene(
            kind=kind,
            accounts=accounts,
            effort=effort,
            vonage=vonage,
            bodies=at_vonage,
            installation=installation,
            inside=inside,
            web=web,
            busy_web=stack.enter_context(installation.web(threads=8)),
            floor=floors[0],
            busy_floor=floors[1],
            addresses=addresses,
            readers=readers,
        )


@contextmanager
def readings_scene(
    installer: Installer, *, kind: Kind, accounts: int, effort: Effort, vonage: Vonage
) -> Iterator[Scene]:
    """Give a scene for the goals about readings: every account has a balance of its own."""
    with read_once(installer, kind=kind, accounts=accounts, own_only=True, vonage=vonage) as (
        installation,
        inside,
        at_vonage,
    ):
        yield Scene(
            kind=kind,
            accounts=accounts,
            effort=effort,
            vonage=vonage,
            bodies=at_vonage,
            installation=installation,
            inside=inside,
        )


def _poll(web: Server, address: str) -> str:
    """Return the address that an open page asks until something is new."""
    with web.connect() as connection:
        fragment = connection.get(address).body.decode()
    found = re.search(r'hx-get="([^"]+)"', fragment)
    if not found:
        raise RuntimeError("the fragment has no address to ask again")
    return found[1]
