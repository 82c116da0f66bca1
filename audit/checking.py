"""Finds what was changed, deleted, inserted, moved or cut off in the audit book.

Entries are read in order, one at a time; nothing is kept but the place of the last one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from audit.checkpoints import Mark
from audit.hashing import hash_of, key_of
from audit.models import Chain, Entry
from vault.keyring import UnknownKeyError
from vault.sealing import BrokenSealError

_BATCH = 500


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written, and where: the entry's number in its chain."""

    chain: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.chain}, entry {self.seq}: {self.what}"


def chain_names() -> Iterator[str]:
    """Yield the names of all chains, also of those that have entries and no row of their own."""
    chains = Chain.objects.values_list("name", flat=True)
    entries = Entry.objects.order_by().values_list("chain", flat=True)
    yield from chains.union(entries).order_by("name")


def check_chain(name: str) -> Iterator[Fault]:
    """Yield the faults of one chain, in order. Entries may be added meanwhile.

    The chain's row is read before the entries and again after them: what is missing at the first
    number is cut off, and what goes beyond the second was never counted.
    """
    before = Chain.objects.filter(pk=name).first()
    if before is None:
        yield Fault(name, 1, "the chain's own row is gone, its entries cannot be checked")
        return
    try:
        walk = _Walk(before, key_of(before))
    except (BrokenSealError, UnknownKeyError, ValueError) as error:
        yield Fault(name, 1, f"the chain's key does not open, nothing can be checked: {error}")
        return
    yield from walk.faults()


def check_marks(marks: Iterable[Mark]) -> Iterator[Fault]:
    """Yield a fault for each mark that the entries do not agree with; a few hundred at a time."""
    remaining = iter(marks)
    while batch := sorted(islice(remaining, _BATCH), key=lambda mark: (mark.chain, mark.seq)):
        for name, group in groupby(batch, key=lambda mark: mark.chain):
            yield from _check_marks_of(name, list(group))


def _check_marks_of(name: str, marks: list[Mark]) -> Iterator[Fault]:
    entries = Entry.objects.filter(chain=name, seq__in={mark.seq for mark in marks})
    heads = dict(entries.values_list("seq", "hash"))
    for mark in marks:
        if mark.seq not in heads:
            yield Fault(name, mark.seq, "a checkpoint saw this entry, and it is gone: cut off")
        elif heads[mark.seq] != mark.head:
            yield Fault(name, mark.seq, "a checkpoint saw another entry here: written anew")


class _Walk:
    """One way through a chain, from its first entry to its last."""

    def __init__(self, chain: Chain, key: bytes) -> None:
        self.chain, self.key = chain, key
        self.seq, self.hash = 0, ""

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong, from the first entry to the chain's own row."""
        entries = Entry.objects.filter(chain=self.chain.name).order_by("seq", "id")
        try:
            for entry in entries.iterator(chunk_size=_BATCH):
                yield from self._step(entry)
        except (ValueError, TypeError, AttributeError):
            # A column holds what no entry can hold; SQLite lets a forger do that.
            yield self._fault(self.seq + 1, "cannot be read: changed; the rest is not checked")
            return
        yield from self._end()

    def _step(self, entry: Entry) -> Iterator[Fault]:
        if entry.seq <= self.seq:
            yield self._fault(entry.seq, "inserted: this number was there before")
            return
        if entry.seq > self.seq + 1:
            yield self._fault(self.seq + 1, f"deleted, up to number {entry.seq - 1}")
        elif entry.previous != self.hash:
            yield self._fault(entry.seq, f"does not follow entry {self.seq}")
        if hash_of(entry, self.key) != entry.hash:
            yield self._fault(entry.seq, "changed, moved, or not written by this product")
        if entry.seq == self.chain.seq and entry.hash != self.chain.head:
            yield self._fault(entry.seq, "the chain's own row names another last entry")
        self.seq, self.hash = entry.seq, entry.hash

    def _end(self) -> Iterator[Fault]:
        if self.seq < self.chain.seq:
            yield self._fault(self.seq + 1, f"cut off, up to number {self.chain.seq}")
            return
        now = Chain.objects.filter(pk=self.chain.pk).values_list("seq", flat=True).first() or 0
        if self.seq > now:
            yield self._fault(now + 1, "beyond the chain's count: inserted, or the count set back")

    def _fault(self, seq: int, what: str) -> Fault:
        return Fault(self.chain.name, seq, what)
