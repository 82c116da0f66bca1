"""One campaign, in a process of its own: `python -m drill.campaign`, told by its environment.

Prints its result as one line of JSON. Whatever it proves, it proves by the product's own code.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

from drill.admin import Admin
from drill.plan import HOSTILE, Campaign
from drill.verdict import UNKNOWABLE

PATIENCE = 60.0
"""Seconds behind the settle time after which whatever is open counts as stuck."""
UNSENT = ("ready", "sending")
OPEN = (*UNSENT, "unknown", "awaiting")
PAUSED = 3.0
"""Longer than every time-out of the drill but the settle time."""
STANDSTILL = 90.0
"""Seconds in which something is asked for or sent, whatever befalls the parts."""


LIMIT = Decimal("0.01")
"""EUR a day for each transfer of the campaign: half of what the limited person asks for."""


@dataclass
class Nemesis:
    """What is done to the processes from outside, and how often."""

    chance: random.Random
    kills: int = 0
    pauses: int = 0
    stopped: list[tuple[float, Any]] = field(default_factory=list)

    def strike(self, children: list[Any], plan: Campaign) -> None:
        """Kill one of the senders now and then, or stop one for longer than all time-outs."""
        now = time.monotonic()
        for until, child in [each for each in self.stopped if each[0] < now]:
            child.send(signal.SIGCONT)
            self.stopped.remove((until, child))
        senders = [each for each in children if each.name == "sender"]
        if self.pauses < plan.pauses and len(self.stopped) < len(senders) - 1:
            child = self.chance.choice(senders)
            child.send(signal.SIGSTOP)
            self.stopped.append((now + PAUSED, child))
            self.pauses += 1
        elif plan.crashes and self.chance.random() < 0.03:  # noqa: PLR2004 - every few seconds
            self.chance.choice(senders).send(signal.SIGKILL)
            self.kills += 1


def main() -> int:
    """Run the campaign that the environment names; return 0 where it could be run to its end.

    `UNKNOWABLE` where it was, and what Vonage has done cannot be read.
    """
    told = json.loads(os.environ["DRILL_CAMPAIGN"])
    seed = os.environ["DRILL_SEED"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "drill.settings"
    django.setup()
    from drill.judgement import UnknowableError  # noqa: PLC0415 - behind the setup

    try:
        result = _run(Campaign(**told), seed)
    except UnknowableError:
        return UNKNOWABLE
    print(json.dumps(result), flush=True)
    return 0


def _run(plan: Campaign, seed: str) -> dict[str, Any]:
    from django.core.management import call_command  # noqa: PLC0415 - behind the setup

    from drill import world  # noqa: PLC0415 - as above

    key, secret = os.environ["DRILL_KEY"], os.environ["DRILL_SECRET"]
    call_command("migrate", verbosity=0)
    admin = Admin(os.environ["DRILL_ADMIN"])
    made = world.make(key, secret, limit=LIMIT * plan.transfers)
    if not plan.broker:
        world.go_at_any_pace(key, secret)
    admin.misbehave(share=plan.faults, seed=seed, late=plan.late, kinds=_kinds(plan, admin))
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        return Course(plan, seed, made, admin, Path(folder)).run()


def _kinds(plan: Campaign, admin: Admin) -> list[str]:
    """Return the faults of a campaign; against those of a hostile Vonage nothing of ours helps."""
    return list(plan.kinds) or [
        name for name in admin.kinds() if plan.hostile or name not in HOSTILE[:1]
    ]


@dataclass
class Course:
    """The course of a campaign."""

    plan: Campaign
    seed: str
    world: Any
    admin: Admin
    folder: Path
    children: list[Any] = field(default_factory=list)
    born: int = 0
    halts: int = 0
    died: list[str] = field(default_factory=list)
    dumps: list[tuple[Any, int]] = field(default_factory=list)
    restores: int = 0
    restarts: int = 0
    storm: Any = None
    forgotten: set[str] = field(default_factory=set)

    def run(self) -> dict[str, Any]:
        """Submit, send, settle, with everything going wrong; then look at what came of it."""
        began = time.monotonic()
        nemesis = Nemesis(random.Random(self.seed))  # noqa: S311 - it shall be foreseeable
        try:
            self._populate()
            self._send(nemesis)
            self.admin.mend()
            self._settle()
        finally:
            self._end_all()
        sent = time.monotonic() - began
        if self.plan.blind:
            self.admin.list_nothing()
        return self._result(nemesis, sent)

    def _send(self, nemesis: Nemesis) -> None:
        """Wait until all was asked for and sent, or nothing moves any more: that is found then."""
        before, moved = None, time.monotonic()
        while self._is_submitting() or self._count(UNSENT) or self._storms():
            self._turn(nemesis)
            self._befall()
            now = self._asked(), self._count(UNSENT), self.restores
            if now != before:
                before, moved = now, time.monotonic()
            elif time.monotonic() - moved > STANDSTILL:
                return

    def _storms(self) -> bool:
        """Let what befalls Redis go on; return whether there is more to come."""
        if self.storm:
            self.storm.turn()
        return bool(self.storm) and not self.storm.is_over

    def _is_submitting(self) -> bool:
        return any(child.name == "submitter" for child in self.children)

    def _settle(self) -> None:
        """Wait until all is settled and found, or nothing has moved for longer than it may take."""
        before, moved = self._left(), time.monotonic()
        while any(before) and time.monotonic() - moved < self._settle_time() + PATIENCE:
            self._turn(None)
            if (left := self._left()) != before:
                before, moved = left, time.monotonic()

    def _left(self) -> tuple[int, int]:
        """Return how many operations are open, and how many restores nobody noticed yet."""
        return self._count(OPEN), max(self.restores - self.halts, 0)

    def _turn(self, nemesis: Nemesis | None) -> None:
        time.sleep(0.3)
        if nemesis:
            nemesis.strike(self.children, self.plan)
        else:
            for child in self.children:
                child.send(signal.SIGCONT)
        self._bury()
        if self.plan.hostile or self.plan.restores:
            self._look_at_findings()

    def _populate(self) -> None:
        if self.plan.broker:
            self._populate_product()
            return
        missing = self.plan.transfers - self._asked()
        for _ in range(self.plan.submitters):
            self._bear("submitter", count=max(missing, 0) // self.plan.submitters)
        for _ in range(self.plan.senders):
            self._bear("sender")
        self._bear("settler")

    def _populate_product(self) -> None:
        """Let the product's own processes work, and a person at the pages."""
        from drill import broker, children  # noqa: PLC0415 - behind the setup

        self.storm = broker.Storm()
        files = (self.folder / "written", self.folder / "waited")
        work = broker.visitor(self.world, self.plan.transfers, *files)
        self.children.append(children.Child("submitter", work))
        for name in ("worker", "beat"):
            self._bear(name)

    def _bear(self, name: str, *, count: int = 0) -> None:
        from drill import broker, children  # noqa: PLC0415 - behind the setup

        self.born += 1
        if name in {"worker", "beat"}:
            self.children.append(broker.Program(name, self.folder))
            return
        seed = f"{self.seed}-{name}-{self.born}"
        if name == "submitter":
            files = (self.folder / "written", self.folder / "refused")
            work = children.submitter(self.world, seed, count, *files)
        else:
            make = {"sender": children.sender, "settler": children.settler}[name]
            passes = self.plan.passes if self.plan.crashes else 0
            work = make(self.folder / "crashed", seed, crashes=passes)
        if self.plan.restarts:
            work = children.through_outages(work)
        self.children.append(children.Child(name, work))

    def _bury(self) -> None:
        """Put a new process in the place of each that ended; a submitter is done then."""
        for child in [each for each in self.children if each.has_ended()]:
            self.children.remove(child)
            if child.has_failed:
                self.died.append(f"a {child.name} died of a fault of ours")
            if child.name != "submitter":
                self._bear(child.name)

    def _end_all(self) -> None:
        for child in self.children:
            child.end()
        self.children.clear()
        if self.storm:
            self.storm.end()

    def _befall(self) -> None:
        """Let the database have its accidents, at even distances of what is asked for."""
        from drill import storms  # noqa: PLC0415 - behind the setup

        asked = self._asked() / self.plan.transfers
        if self.restarts < min(int(asked * (self.plan.restarts + 1)), self.plan.restarts):
            storms.crash_the_server()
            self.restarts += 1
        part = asked * (self.plan.restores + 1)
        if self.restores < self.plan.restores:
            self._dump_or_restore(storms.Dump, part)

    def _dump_or_restore(self, dump: Any, part: float) -> None:
        """Take a dump half a part before it is put back: what comes between is forgotten.

        Only after the last restore was noticed: of two at once, one would be seen.
        """
        if self.halts < self.restores:
            return
        if not self.dumps and part >= self.restores + 0.5:
            written = len(
                self._lines("written")
            )  # before: what is answered meanwhile may be missing
            self.dumps.append((dump(self.folder), written))
        elif self.dumps and part >= self.restores + 1:
            self._end_all()
            taken, written = self.dumps.pop()
            self.forgotten.update(self._lines("written")[written:])
            taken.put_back()
            self.restores += 1
            self._populate()

    def _slowest(self) -> float:
        """Return the seconds that a person waited for a page at the longest."""
        return max(map(float, self._lines("waited")), default=0.0)

    def _asked(self) -> int:
        """Return how many forms were answered."""
        return len(self._lines("written")) + len(self._lines("refused"))

    def _lines(self, name: str) -> list[str]:
        """Return what was noted in a file of the campaign."""
        file = self.folder / name
        return file.read_text().split() if file.exists() else []

    def _look_at_findings(self) -> None:
        """Do what a person does where sending was halted: look, and let it go on."""
        from operations.models import Lane  # noqa: PLC0415 - behind the setup
        from operations.services import lanes  # noqa: PLC0415 - as above

        for lane in Lane.objects.exclude(halt=""):
            self.halts += 1
            lanes.resume(lane.pk, reason="Looked at by the drill.")

    def _count(self, states: tuple[str, ...]) -> int:
        from drill.storms import through_outages  # noqa: PLC0415 - behind the setup
        from operations.models import Operation  # noqa: PLC0415 - as above

        rows = Operation.objects.filter(state__in=states)
        return int(rows.count() if not self.plan.restarts else through_outages(rows.count))

    def _settle_time(self) -> float:
        from operations.times import times  # noqa: PLC0415 - behind the setup

        return float(times().settle)

    def _result(self, nemesis: Nemesis, sent: float) -> dict[str, Any]:
        from drill.judgement import judge  # noqa: PLC0415 - behind the setup

        points = Counter(self._lines("crashed"))
        return {
            **judge(self.world, self.admin, self._lines("written"), self.forgotten),
            "asked": self._asked(),
            "refused": len(self._lines("refused")),
            "died": self.died,
            "restores": self.restores,
            "restarts": self.restarts,
            "befallen": self.storm.befallen if self.storm else [],
            "slowest": self._slowest(),
            "kills": nemesis.kills + sum(points.values()),
            "points": dict(points),
            "pauses": nemesis.pauses,
            "halts": self.halts,
            "seconds": round(sent, 1),
        }


if __name__ == "__main__":
    sys.exit(main())
