"""The activity as files, line by line: nothing is kept, however much there is."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from audit.canonical import utc
from dashboard.activity.happening import Happening
from ui.exports import lines

MOST_ROWS = 1_000_000
"""Where a file ends; it says so in its last line. Narrow the time to get the rest."""

CUT_OFF = "Cut off here. Narrow the time to get the rest."

COLUMNS = (
    *("time (UTC)", "who", "event", "what", "outcome", "API key", "account", "about"),
    *("before", "after", "reason", "IP address"),
)


def as_csv(happenings: Iterable[Happening]) -> Iterator[str]:
    """Yield a head and one line for each; cells that a spreadsheet would calculate are text."""
    rows = ([CUT_OFF] if each is None else _cells(each) for each in _limited(happenings))
    yield from lines(chain([COLUMNS], rows))


def as_json_lines(happenings: Iterable[Happening]) -> Iterator[str]:
    """Yield one JSON object with line break for each."""
    for each in _limited(happenings):
        values = {"cut_off": CUT_OFF} if each is None else _values(each)
        yield json.dumps(values, ensure_ascii=False) + "\n"


FORMATS: dict[str, tuple[str, Callable[[Iterable[Happening]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}


def _limited(happenings: Iterable[Happening]) -> Iterator[Happening | None]:
    """Yield the first `MOST_ROWS`, and None where there are more."""
    for number, each in enumerate(happenings):
        if number == MOST_ROWS:
            yield None
            return
        yield each


def _values(happening: Happening) -> dict[str, Any]:
    return {
        "at": utc(happening.at),
        "who": happening.who,
        "event": happening.event,
        "what": happening.what,
        "outcome": "refused" if happening.is_refused else "done",
        "api_key": happening.account_key,
        "account": happening.account_name,
        "about": happening.subject,
        "old": happening.old,
        "new": happening.new,
        "reason": happening.reason,
        "ip": happening.ip,
    }


def _cells(happening: Happening) -> list[str]:
    values = _values(happening).values()
    return [_as_text(each) if isinstance(each, dict) else each for each in values]


def _as_text(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""
