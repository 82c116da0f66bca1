"""The two scenes: who works in them, and who judges."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drill.admin import Admin
from drill.changes import numbers, numbers_seen, rotation, rotation_seen
from drill.changes.plan import Changes
from drill.world import World

Work = Callable[[], None]


@dataclass
class Rotations:
    """API secrets are replaced."""

    world: World
    plan: Changes
    seed: str
    folder: Path
    admin: Admin

    def prepare(self) -> None:
        """Do what comes before anything goes wrong."""
        rotation.scale_times()
        rotation.prepare(self.world, self.plan)

    def people(self) -> Work:
        """Return the work of those who ask."""
        return rotation.owners(self.world, self.plan, self.seed, self.folder)

    def worker(self, told: Path, seed: str) -> Work:
        """Return the work of those whom the product has for it."""
        return rotation.rotator(told, seed, passes=self.plan.passes)

    def running(self) -> int:
        """Return how much goes on by itself."""
        return rotation.running()

    def judged(self) -> dict[str, Any]:
        """Return the figures, once everything stands still."""
        return rotation_seen.judged(self.world, self.admin, self.folder / "taken")


@dataclass
class Numbers(Rotations):
    """Phone numbers are moved."""

    def prepare(self) -> None:
        """Do what comes before anything goes wrong."""
        numbers.scale_times()
        numbers.prepare(self.world, self.plan, self.admin)

    def people(self) -> Work:
        """Return the work of those who ask."""
        return numbers.movers(self.world, self.plan, self.seed, self.folder)

    def worker(self, told: Path, seed: str) -> Work:
        """Return the work of those whom the product has for it."""
        return numbers.reader(self.world, told, seed, passes=self.plan.passes)

    def running(self) -> int:
        """Return how much goes on by itself, besides operations."""
        return 0

    def judged(self) -> dict[str, Any]:
        """Return the figures, once everything stands still."""
        return numbers_seen.judged(self.world, self.admin)


SCENES = {"rotation": Rotations, "numbers": Numbers}
