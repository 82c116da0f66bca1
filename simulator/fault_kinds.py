"""The closed table of faults, and the one function that plays them all.

Each has a name, and says how often the request is carried out and how the exchange ends.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from simulator import fault_endings as ending
from simulator import fault_lies as lies
from simulator.fault_endings import Ending, Times
from simulator.line import Line

Group = Literal["post", "transfer", "list", "any", "connection"]
LATE = -1  # carried out once, long after the client has given up


class Plan(Times, Protocol):
    """What playing needs to know of the plan."""

    late_s: float
    stale_s: float

    def refuse_credentials(self) -> None:
        """Begin to refuse everybody's credentials for a while."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to misbehave. `group` says what it is drawn for by seed; a rule may use any."""

    name: str
    group: Group
    runs: int
    ending: Ending
    about: str
    stale: bool = False
    refuses: bool = False


def play(fault: Fault, line: Line, plan: Plan) -> None:
    """Carry the request out as often as the fault says, then end the exchange as it says."""
    if fault.refuses:
        plan.refuse_credentials()
    if fault.runs == LATE:
        line.run_later(plan.late_s)
    stale_seconds = plan.stale_s if fault.stale else 0
    answers = [line.run(stale_seconds=stale_seconds) for _ in range(fault.runs)]
    fault.ending(line, answers[0] if answers else None, plan)


def _around(name: str, end: Ending, about: str) -> tuple[Fault, Fault]:
    """Return a fault that comes before the request takes effect, and the same one after."""
    return (
        Fault(f"{name}-before", "post", 0, end, f"nothing is done; {about}"),
        Fault(f"{name}-after", "post", 1, end, f"it is done; {about}"),
    )


_ANSWERED = (
    ("html-after", ending.body(lies.html, Content_Type="text/html"), "200 with a web page"),
    ("garbage", ending.body(lies.garbage), "200 with bytes that are nothing"),
    ("cut", ending.cut, "the body ends in the middle, then the connection is closed"),
    ("length-short", ending.length(lambda n: n // 2), "Content-Length is half of the truth"),
    ("length-long", ending.length(lambda n: n + 100), "Content-Length is 100 too much"),
    ("bomb", ending.body(lies.bomb, Content_Encoding="gzip"), "a gigabyte, packed"),
    ("10-mb", ending.body(lies.huge), "the true object behind 10 MB of padding"),
    ("drip", ending.drip, "one byte of the body every `drip_s` seconds"),
    ("slow", ending.slow, "the true answer after `slow_s` seconds"),
    ("http-1.0", ending.http_1_0, "the true answer, in HTTP/1.0 and without a length"),
    ("continue", ending.continued, "100 Continue twice, then the true answer"),
    ("continue-only", ending.continue_only, "100 Continue, then the connection is closed"),
    ("301-self", ending.redirect(301, elsewhere=False), "301 to the same address"),
    ("307-self", ending.redirect(307, elsewhere=False), "307 to the same address"),
    ("308-self", ending.redirect(308, elsewhere=False), "308 to the same address"),
)
_CHANGED = (
    ("other-amount", ending.content(lies.other_amount), "the answer says another amount"),
    ("other-reference", ending.content(lies.other_reference), "… another reference"),
    ("null-id", ending.content(lies.null_id), "the answer's id is null"),
    ("duplicate-keys", ending.text(lies.twice_each_key), "two ids and two amounts"),
    ("nan", ending.text(lies.amount("NaN")), "the amount is NaN"),
    ("1e400", ending.text(lies.amount("1e400")), "the amount is 1e400"),
)
_REFUSED = (
    ("429", ending.throttled(lambda: str(lies.RETRY_AFTER)), "429 with Retry-After: 15"),
    ("429-bare", ending.throttled(None), "429 without any header"),
    ("429-past", ending.throttled(lies.retry_past), "429 with a date that is over"),
    ("429-date", ending.throttled(lies.retry_date), "429 with a date that is near"),
    ("429-ages", ending.throttled(lambda: str(10**9)), "429 with Retry-After: 10^9"),
    (
        "html-before",
        ending.body(lies.html, Content_Type="text/html"),
        "200 with a web page",
    ),
    ("301-elsewhere", ending.redirect(301, elsewhere=True), "301 to another host"),
    ("307-elsewhere", ending.redirect(307, elsewhere=True), "307 to another host"),
    ("308-elsewhere", ending.redirect(308, elsewhere=True), "308 to another host"),
)
_LISTS = (
    ("list-empty", ending.rows(lies.no_rows), "no rows"),
    ("list-missing-key", ending.rows(lies.no_key), "the key of the rows is missing"),
    ("list-other-key", ending.rows(lies.other_key), "the key of the rows is spelled otherwise"),
    ("list-cut", ending.rows(lies.half), "half of the rows, the newest"),
    ("list-duplicated", ending.rows(lies.doubled), "each row twice"),
)
TABLE = (
    *_around("drop", ending.drop, "the connection is closed without an answer"),
    *_around("reset", ending.reset, "the connection is reset without an answer"),
    *_around("hang", ending.hang, "silence, for `hang_s` seconds or until the client leaves"),
    *_around("500", ending.status(500), "500"),
    *_around("502", ending.status(502), "502 as from a gateway"),
    *_around("503", ending.status(503), "503 as from a gateway"),
    *_around("504", ending.status(504), "504 as from a gateway"),
    Fault("late", "post", LATE, ending.hang, "silence; it is done `late_s` seconds later"),
    Fault("twice", "post", 2, ending.normal, "it is done twice; the first answer is given"),
    *(Fault(name, "post", 1, end, f"it is done; {about}") for name, end, about in _ANSWERED),
    *(Fault(name, "transfer", 1, end, f"it is done; {about}") for name, end, about in _CHANGED),
    *(Fault(name, "post", 0, end, f"nothing is done; {about}") for name, end, about in _REFUSED),
    Fault(
        "refused",
        "any",
        1,
        ending.normal,
        "credentials are refused from now on for `refuse_s` seconds",
        refuses=True,
    ),
    *(Fault(name, "list", 1, end, about) for name, end, about in _LISTS),
    Fault("list-stale", "list", 1, ending.normal, "the rows of `stale_s` seconds ago", stale=True),
    Fault("list-500", "list", 0, ending.status(500), "500"),
    Fault("list-hang", "list", 0, ending.hang, "silence for `hang_s` seconds"),
    Fault("tls-failure", "connection", 0, ending.drop, "the TLS handshake is answered with noise"),
)
FAULTS = {fault.name: fault for fault in TABLE}
