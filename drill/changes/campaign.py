"""One run, in a process of its own: `python -m drill.changes.campaign`, told by its environment.

Prints its result as one line of JSON.
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
from drill.changes.plan import Changes
from drill.plan import HOSTILE

PATIENCE = 30.0
"""Seconds behind the settle time after which whatever is open counts as stuck."""
STANDSTILL = 60.0
"""Seconds in which something is asked for, or ends, whatever befalls the parts."""
LONGEST = 240.0
"""Seconds after which people are waited for no more, although something moves."""
OPEN = ("ready", "sending", "unknown", "awaiting")
OFTEN = 0.05
"""The chance of a kill from outside, three times a second."""


def main() -> int:
    """Run what the environment names; return 0 where it could be run to its end."""
    plan = Changes(**json.loads(os.environ["DRILL_CAMPAIGN"]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "drill.settings"
    django.setup()
    print(json.dumps(_run(plan, os.environ["DRILL_SEED"])), flush=True)
    return 0


def _run(plan: Changes, seed: str) -> dict[str, Any]:
    from django.core.management import call_command  # noqa: PLC0415 - behind the setup

    from drill import world  # noqa: PLC0415 - as above
    from drill.changes.scenes import SCENES  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    admin = Admin(os.environ["DRILL_ADMIN"])
    made = world.make(os.environ["DRILL_KEY"], os.environ["DRILL_SECRET"], limit=Decimal(1))
    world.sign_in_at_any_pace()
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        scene = SCENES[plan.gate](made, plan, seed, Path(folder), admin)
        scene.prepare()
        kinds = [name for name in admin.kinds() if name not in HOSTILE[:1]]
        admin.misbehave(share=plan.faults, seed=seed, late=plan.late, kinds=kinds)
        return Course(plan, seed, admin, Path(folder), scene).run()


@dataclass
class Course:
    """The course of a run."""

    plan: Changes
    seed: str
    admin: Admin
    folder: Path
    scene: Any
    children: list[Any] = field(default_factory=list)
    born: int = 0
    kills: int = 0
    halts: int = 0
    died: list[str] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Let everybody work, with everything going wrong; then look at what came of it."""
        began = time.monotonic()
        chance = random.Random(self.seed)  # noqa: S311 - it shall be foreseeable
        try:
            for name in ("people", *self._hands()):
                self._bear(name)
            self._work(chance)
            self.admin.mend()
            self._settle()
        finally:
            for child in self.children:
                child.end()
        points = Counter(self._lines("crashed"))
        return {
            **self.scene.judged(),
            "asked": len(self._lines("asked")),
            "faults": self.admin.struck(),
            "kills": self.kills + sum(points.values()),
            "points": dict(points),
            "halts": self.halts,
            "died": self.died,
            "seconds": round(time.monotonic() - began, 1),
        }

    def _hands(self) -> list[str]:
        return ["sender"] * self.plan.senders + ["worker"] * self.plan.workers + ["settler"]

    def _work(self, chance: random.Random) -> None:
        """Wait until people have done their part, or nothing moves: that is found then."""
        before, moved = None, time.monotonic()
        end = moved + LONGEST
        while time.monotonic() < end and any(child.name == "people" for child in self.children):
            hands = [child for child in self.children if child.name != "people"]
            if chance.random() < OFTEN:
                chance.choice(hands).send(signal.SIGKILL)
                self.kills += 1
            self._turn()
            if (now := self._moved()) != before:
                before, moved = now, time.monotonic()
            elif time.monotonic() - moved > STANDSTILL:
                return

    def _settle(self) -> None:
        """Wait until nothing goes on by itself, or nothing has moved for longer than it may."""
        from operations.times import times  # noqa: PLC0415 - behind the setup

        before, moved = self._moved(), time.monotonic()
        while self._open() and time.monotonic() - moved < times().settle + PATIENCE:
            self._turn()
            if (now := self._moved()) != before:
                before, moved = now, time.monotonic()

    def _turn(self) -> None:
        time.sleep(0.3)
        for child in [each for each in self.children if each.has_ended()]:
            self.children.remove(child)
            if child.has_failed:
                self.died.append(f"a {child.name} died of a fault of ours")
            if child.name != "people":
                self._bear(child.name)
        self._look_at_findings()

    def _bear(self, name: str) -> None:
        from drill import children  # noqa: PLC0415 - behind the setup

        self.born += 1
        told, seed, passes = self.folder / "crashed", f"{self.seed}-{self.born}", self.plan.passes
        work = {
            "people": self.scene.people,
            "worker": lambda: self.scene.worker(told, seed),
            "sender": lambda: children.sender(told, seed, crashes=passes),
            "settler": lambda: children.settler(told, seed, crashes=passes),
        }[name]()
        self.children.append(children.Child(name, work))

    def _look_at_findings(self) -> None:
        """Do what a person does where sending was halted: look, and let it go on."""
        from operations.models import Lane  # noqa: PLC0415 - behind the setup
        from operations.services import lanes  # noqa: PLC0415 - as above

        for lane in Lane.objects.exclude(halt=""):
            self.halts += 1
            lanes.resume(lane.pk, reason="Looked at by the drill.")

    def _open(self) -> int:
        from operations.models import Operation  # noqa: PLC0415 - behind the setup

        return int(Operation.objects.filter(state__in=OPEN).count()) + int(self.scene.running())

    def _moved(self) -> tuple[int, ...]:
        from operations.models import Transition  # noqa: PLC0415 - behind the setup

        return (len(self._lines("asked")), int(Transition.objects.count()), self.scene.running())

    def _lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().split() if file.exists() else []


if __name__ == "__main__":
    sys.exit(main())
