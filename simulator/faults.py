"""Which request is struck by which fault: by rule, or by chance with a seed."""

import random
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulator.fault_kinds import FAULTS, Fault, Group

LISTS = re.compile(
    r"/accounts/[^/]+/(subaccounts|secrets|balance-transfers|credit-transfers)"
    r"|/account/numbers|/number/search|/v2/reports(/records)?|/beta/audit/events"
)
TRANSFERS = re.compile(r"/accounts/[^/]+/(balance|credit)-transfers")
HEALTH = "/healthz"
REMEMBERED = 1000
TIMES = ("hang_s", "late_s", "stale_s", "refuse_s", "drip_s", "slow_s")
LONGEST = 86_400  # seconds


class FaultError(ValueError):
    """There is no such fault, or a figure is out of bounds."""


@dataclass(slots=True)
class Rule:
    """The `nth` request of this method to a path that ends so, and the `times - 1` behind it.

    An empty method or path fits all; for connections both are left out.
    """

    fault: str
    method: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1
    seen: int = 0

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise FaultError(f"There is no fault {self.fault!r}; `GET /faults` names them.")
        if self.nth < 1 or self.times < 1:
            raise FaultError("nth and times are whole numbers from 1 on.")

    def strikes(self, method: str, path: str) -> bool:
        """Take note of a request, and tell whether it is the one."""
        if self.method not in {"", method} or not path.endswith(self.path):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times

    @property
    def is_over(self) -> bool:
        """Whether it has struck as often as it shall."""
        return self.seen >= self.nth + self.times - 1


@dataclass(slots=True, eq=False)
class Faults:
    """How the simulator misbehaves on request. May be changed while it runs.

    `share` of the POSTs, DELETEs and lists is struck by a fault drawn with `seed`, each kind
    equally often; `kinds` limits them to some. Rules come first. Times are in seconds.
    """

    latency_ms: int = 0  # waited before every answer, the health check excepted
    share: float = 0
    seed: str = "1"
    kinds: tuple[str, ...] = ()
    hang_s: float = 60
    late_s: float = 5
    stale_s: float = 2
    refuse_s: float = 5
    drip_s: float = 1
    slow_s: float = 5
    rules: list[Rule] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    recent: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _refused_until: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _rng: random.Random = field(default_factory=random.Random)
    _decks: dict[Group, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw_anew()

    def draw_anew(self) -> None:
        """Begin the drawing by seed from its start; FaultError where a figure cannot be."""
        unknown = [name for name in self.kinds if name not in FAULTS]
        if unknown:
            raise FaultError(f"There is no fault {unknown[0]!r}; `GET /faults` names them.")
        if not 0 <= self.share <= 1:
            raise FaultError("share is a number from 0 to 1.")
        if not all(0 <= getattr(self, name) <= LONGEST for name in TIMES):
            raise FaultError(f"Times are 0 to {LONGEST} seconds.")
        with self._lock:
            self._rng = random.Random(self.seed)  # noqa: S311 - it shall be foreseeable
            self._decks = {}

    def add(self, rule: Rule) -> None:
        """Let a rule count from now on."""
        with self._lock:
            self.rules.append(rule)

    def mend(self) -> None:
        """Misbehave no more: neither by rule nor by chance, and accept credentials."""
        with self._lock:
            self.rules.clear()
            self.share = 0
            self.latency_ms = 0
            self._refused_until = 0

    def strike(self, method: str, path: str, *, request_id: str) -> Fault | None:
        """Return the fault that strikes this request, or None."""
        if path == HEALTH:
            return None
        with self._lock:
            name = self._by_rule(method, path) or self._by_chance(method, path)
            if name is None:
                return None
            self._remember(name, method, path, request_id)
            return FAULTS[name]

    def strike_connection(self) -> bool:
        """Tell whether the handshake of a new connection fails."""
        with self._lock:
            rules = [rule for rule in self.rules if FAULTS[rule.fault].group == "connection"]
            hit = [rule for rule in rules if rule.strikes("", "")]
            self._forget()
            if hit:
                self._remember("tls-failure", "", "", "")
            return bool(hit)

    def refuse_credentials(self) -> None:
        """Begin to refuse everybody's credentials, for `refuse_s` seconds."""
        self._refused_until = time.monotonic() + self.refuse_s

    def refusing(self) -> bool:
        """Tell whether credentials are refused at present."""
        return time.monotonic() < self._refused_until

    def _by_rule(self, method: str, path: str) -> str | None:
        rules = [rule for rule in self.rules if FAULTS[rule.fault].group != "connection"]
        hit = [rule.fault for rule in rules if rule.strikes(method, path)]
        self._forget()
        return hit[0] if hit else None

    def _by_chance(self, method: str, path: str) -> str | None:
        groups = _groups(method, path)
        if not groups or self.share == 0 or self._rng.random() >= self.share:
            return None
        return self._draw(groups)

    def _draw(self, groups: tuple[Group, ...]) -> str | None:
        """Take the next card of a shuffled deck, so that each kind comes equally often."""
        deck = self._decks.setdefault(groups[-1], [])
        if not deck:
            deck += [
                fault.name
                for fault in FAULTS.values()
                if fault.group in groups and (not self.kinds or fault.name in self.kinds)
            ]
            self._rng.shuffle(deck)
        return deck.pop() if deck else None

    def _forget(self) -> None:
        self.rules[:] = [rule for rule in self.rules if not rule.is_over]

    def _remember(self, name: str, method: str, path: str, request_id: str) -> None:
        self.struck[name] += 1
        self.recent.append(
            {"fault": name, "method": method, "path": path, "request_id": request_id}
        )


def _groups(method: str, path: str) -> tuple[Group, ...]:
    """Return which faults may strike a request by chance; the last one names its deck."""
    if method == "DELETE":
        return ("any", "post")
    if method == "POST":
        return ("any", "post", "transfer") if TRANSFERS.fullmatch(path) else ("any", "post")
    return ("list",) if method == "GET" and LISTS.fullmatch(path) else ()


def without(names: Iterable[str]) -> tuple[str, ...]:
    """Return all kinds but these."""
    left_out = set(names)
    return tuple(name for name in FAULTS if name not in left_out)
