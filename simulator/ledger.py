"""The true books of the simulator: every mutation, and whether the money adds up.

The client under test is never told of them.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from simulator.money import ZERO, Funds
from simulator.records import Account, Record, Transfer
from simulator.store import Entry, Flow, Store

MOST_CHANGES = 200_000  # kept in memory; older entries are forgotten, the sums never


@dataclass(slots=True)
class Book:
    """What moved on one account since the start, in EUR. Credit is counted as a positive amount."""

    start: Decimal  # balance
    credit_limit: Decimal  # at the start, zero or negative
    balance: Decimal = ZERO  # received less given
    credit: Decimal = ZERO  # received less given
    used: Decimal = ZERO
    paid: Decimal = ZERO

    def expected(self) -> tuple[Decimal, Decimal]:
        """Return the balance and the credit limit that the account must have now."""
        balance = self.start + self.balance + self.paid - self.used
        return balance, self.credit_limit - self.credit


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that does not hold: its name, and what was found."""

    invariant: str
    found: str


class Ledger:
    """Listens to a store and keeps its books."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: deque[Entry] = deque()
        self._kept = 0
        self._leaks: list[Violation] = []
        self._opening: dict[str, Funds | None] = {}
        self.books: dict[str, Book] = {}
        store.after_commit.append(self.observe)

    def open(self, accounts: Iterable[Account]) -> None:
        """Start the books with these accounts."""
        self._opening = {account.api_key: account.funds for account in accounts}

    def observe(self, entry: Entry) -> None:
        """Take note of one mutation."""
        self._leaks += _leaks(entry)
        for change in entry.changes:
            if isinstance(change.after, Transfer) and change.before is None:
                self._transferred(change.after)
        for flow in entry.flows:
            self._flowed(flow, entry)
        self._keep(entry)

    def entries(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Return the kept entries behind number `after`, oldest first."""
        with self._store.lock:
            found = [entry for entry in self._entries if entry.number > after]
        return found[:limit]

    def violations(self) -> list[Violation]:
        """Return every broken promise: I1, I11, totals. An empty list is what shall be."""
        with self._store.lock:
            transfers = list(self._store.transfers.rows.values())
            accounts = list(self._store.accounts.rows.values())
            return [*_repeated(transfers), *self._unexplained(accounts), *self._leaks]

    def totals(self) -> dict[str, Decimal]:
        """Return the sums over all accounts, and what was used and paid since the start."""
        with self._store.lock:
            owned = [a.funds for a in self._store.accounts.rows.values() if a.funds is not None]
            books = self.books.values()
            return {
                "balance": sum((funds.balance for funds in owned), ZERO),
                "credit_limit": sum((funds.credit_limit for funds in owned), ZERO),
                "used": sum((book.used for book in books), ZERO),
                "paid": sum((book.paid for book in books), ZERO),
            }

    def book(self, api_key: str) -> Book:
        """Return the book of an account, a new one where nothing has happened yet."""
        if api_key not in self.books:
            start = self._opening.get(api_key) or Funds()
            self.books[api_key] = Book(start.balance, start.credit_limit)
        return self.books[api_key]

    def _transferred(self, transfer: Transfer) -> None:
        source, target = self.book(transfer.source), self.book(transfer.target)
        if transfer.kind == "balance":
            source.balance -= transfer.amount
            target.balance += transfer.amount
        else:
            source.credit -= transfer.amount
            target.credit += transfer.amount

    def _flowed(self, flow: Flow, entry: Entry) -> None:
        book = self.book(flow.api_key)
        if flow.kind == "used":
            book.used += flow.amount
        elif flow.kind == "paid":
            book.paid += flow.amount
        else:
            changed = (c.after for c in entry.changes if c.key == flow.api_key)
            funds = _funds(next(changed))
            balance, limit = book.expected()
            book.start += funds.balance - balance
            book.credit_limit += funds.credit_limit - limit

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._kept += len(entry.changes)
        while self._kept > MOST_CHANGES and len(self._entries) > 1:
            self._kept -= len(self._entries.popleft().changes)

    def _unexplained(self, accounts: list[Account]) -> Iterator[Violation]:
        for account in accounts:
            book, funds = self.books.get(account.api_key), _funds(account)
            start = self._opening.get(account.api_key) or Funds()
            balance, limit = book.expected() if book else (start.balance, start.credit_limit)
            if funds.balance != balance:
                found = f"the balance of {account.api_key} is {funds.balance}, not {balance}"
                yield Violation("I11", found)
            if funds.credit_limit != limit:
                found = f"the limit of {account.api_key} is {funds.credit_limit}, not {limit}"
                yield Violation("I11", found)


def _funds(record: Record | None) -> Funds:
    """Return an account's own funds; nothing where it shares them, or is not there."""
    return (record.funds or Funds()) if isinstance(record, Account) else Funds()


def _leaks(entry: Entry) -> Iterator[Violation]:
    """Compare what one mutation did to the sums with what it says it did."""
    pairs = [(_funds(change.before), _funds(change.after)) for change in entry.changes]
    balance = sum((after.balance - before.balance for before, after in pairs), ZERO)
    limit = sum((after.credit_limit - before.credit_limit for before, after in pairs), ZERO)
    said = sum((-f.amount if f.kind == "used" else f.amount for f in entry.flows), ZERO)
    if balance != said:
        yield Violation("totals", f"mutation {entry.number} moves {balance} EUR, but says {said}")
    if limit != ZERO and not any(flow.kind == "set" for flow in entry.flows):
        yield Violation("totals", f"mutation {entry.number} changes all credit by {limit} EUR")


def _repeated(transfers: list[Transfer]) -> Iterator[Violation]:
    times = Counter((one.kind, one.reference) for one in transfers if one.reference)
    for (kind, reference), number in times.items():
        if number > 1:
            found = f"the reference {reference!r} appears {number} times among {kind} transfers"
            yield Violation("I1", found)
