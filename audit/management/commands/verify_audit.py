from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.checking import Fault, chain_names, check_chain, check_marks
from audit.checkpoints import Mark, read_marks, stored_marks

MOST_FAULTS = 20
"""Shown of each chain and of each set of checkpoints: after the first, the rest often follows."""


class Command(BaseCommand):
    help = "Check that nothing in the audit book was changed, deleted, inserted, moved or cut off."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer checkpoints that were kept elsewhere."""
        parser.add_argument(
            "--checkpoints",
            type=Path,
            metavar="FILE",
            help="compare with the checkpoints in this file, or in this JSON log of the worker, "
            f"instead of {settings.AUDIT_CHECKPOINT_FILE.name} in the home folder",
        )

    def handle(self, *_: Any, checkpoints: Path | None = None, **__: Any) -> None:
        """Print every fault with its place; leave with 1 where there is any, else with 0."""
        found = 0
        for name in chain_names():
            found += self._report(name, check_chain(name))
        found += self._report("checkpoints in the database", check_marks(stored_marks()))
        found += self._compare_with(checkpoints)
        if found:
            raise CommandError("the audit book is not as it was written", returncode=1)

    def _compare_with(self, given: Path | None) -> int:
        path = given or settings.AUDIT_CHECKPOINT_FILE
        if not given and not path.exists():
            self.stdout.write(f"{path}: not there, not compared")
            return 0
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                marks = _Counted(read_marks(lines))
                found = self._report(f"checkpoints in {path}", check_marks(marks))
        except OSError as error:
            raise CommandError(f"{path} cannot be read ({error.strerror})") from None
        if given and not marks.count:
            raise CommandError(f"{path} holds no checkpoint: nothing was compared")
        return found

    def _report(self, subject: str, faults: Iterator[Fault]) -> int:
        shown = list(islice(faults, MOST_FAULTS))
        for fault in shown:
            self.stdout.write(f"FAULT {fault}")
        if len(shown) == MOST_FAULTS:
            self.stdout.write(f"      the first {MOST_FAULTS} of {subject}; there may be more")
        if not shown:
            self.stdout.write(f"whole {subject}")
        return len(shown)


class _Counted(Iterator[Mark]):
    """Counts the marks that went through."""

    def __init__(self, marks: Iterator[Mark]) -> None:
        self.marks, self.count = marks, 0

    def __next__(self) -> Mark:
        mark = next(self.marks)
        self.count += 1
        return mark
