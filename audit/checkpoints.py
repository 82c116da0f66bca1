"""Notes of where each chain stood, kept where a change of the database does not reach."""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit.canonical import canonical, utc
from audit.models import Chain, Checkpoint

logger = logging.getLogger(__name__)

_EVENT = "audit checkpoint"
_QUOTED = "> \t"


@dataclass(frozen=True)
class Mark:
    """A chain's head at one place, as somebody saw it."""

    chain: str
    seq: int
    head: str


def export() -> int:
    """Note where every chain stands that has moved since the last note; return how many.

    The note leaves first, as a log line and a line of the file, and then goes into the table: a
    process killed between them tells twice, never not at all.
    """
    exported = 0
    for chain in _moved().iterator():
        mark = Mark(chain.name, chain.seq, chain.head)
        noted = Checkpoint(**asdict(mark), at=timezone.now())
        logger.info(_EVENT, extra=asdict(mark))
        _append(line_of(noted))
        noted.save(force_insert=True)
        exported += 1
    return exported


def line_of(noted: Checkpoint) -> str:
    """Return a note as a line that `read_marks` reads."""
    mark = {"chain": noted.chain, "seq": noted.seq, "head": noted.head}
    return canonical({"event": _EVENT, "at": utc(noted.at), **mark})


def read_marks(lines: Iterable[str]) -> Iterator[Mark]:
    """Yield the notes among the lines of a checkpoint file, a JSON log or a mail; skip the others.

    A mail may be one that was passed on: what marks its lines as quoted is skipped.
    """
    for line in lines:
        mark = _mark(line)
        if mark:
            yield mark


def stored_marks() -> Iterator[Mark]:
    """Yield the notes of the table, oldest first."""
    rows = Checkpoint.objects.order_by("pk").values_list("chain", "seq", "head")
    return (Mark(*row) for row in rows.iterator())


def _moved() -> QuerySet[Chain]:
    """Return the chains whose head is not the last noted one; one that went back is among them."""
    noted = Checkpoint.objects.filter(chain=OuterRef("pk")).order_by("-pk").values("head")[:1]
    return (
        Chain.objects.alias(noted=Coalesce(Subquery(noted), Value("")))
        .exclude(head=F("noted"))
        .order_by("pk")
    )


def _append(line: str) -> None:
    """Add a line to the file; a file that cannot be written must not keep the table from it."""
    try:
        file = os.open(
            settings.AUDIT_CHECKPOINT_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
        )
    except OSError as error:
        logger.exception("the audit checkpoint file cannot be opened", exc_info=error)
        return
    with open(file, "w", encoding="ascii") as stream:  # noqa: PTH123 - a descriptor, not a path
        stream.write(line + "\n")


def _mark(line: str) -> Mark | None:
    try:
        value = json.loads(line.lstrip(_QUOTED))
        if value["event"] != _EVENT:
            return None
        return Mark(str(value["chain"]), int(value["seq"]), str(value["head"]))
    except (ValueError, TypeError, KeyError):
        return None
