"""Prints docs/vonage.md: case by case what was recorded, read, and how the simulator says it.

The cases come from the tests of both sides, so the page cannot say what no test proves. Status and
kind come from the index of recorded bodies, where that folder is at hand.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.simulator import cases as simulator  # noqa: E402 - the path comes first
from tests.vonage_api import cases as client  # noqa: E402 - as above

HEAD = """# The wire, case by case

What Vonage's recordings and descriptions show, what the client (`vonage_api`) makes of it, and how
the simulator is brought to say it. `python tools/vonage_table.py` prints this page from the cases
that the tests of both sides play; a test compares.

- **kind**: `recorded` = a real answer, `fixture` = written by hand in an SDK's tests, `docs` and
  `spec` = from the documentation and the descriptions, `request` = a body that is sent.
- **client**: the calls that read the case, and what comes of it. `TurnedAway`, `Rejected`,
  `Unknown` and `Ok` are outcomes of writes, other names are values or errors.
- **simulator**: the request that provokes it. "not said" = a shape that a tolerant client must
  read, though the simulator never says it.
"""


def index() -> list[dict[str, object]]:
    """Return the index of recorded bodies, or nothing where that folder is not at hand."""
    folder = Path(os.environ.get("VONAGE_RECORDED") or ROOT.parent / "shared/vonage/recorded")
    path = folder / "index.json"
    return list(json.loads(path.read_text())) if path.is_file() else []


def page() -> str:
    """Return the page."""
    rows = index()
    if not rows:
        sys.exit("The recorded bodies are not here; set VONAGE_RECORDED to their folder.")
    said = {case.name: case for case in simulator.CASES}
    parts = [HEAD]
    for api in dict.fromkeys(str(row["api"]) for row in rows):
        parts += [
            f"\n## {api}\n",
            "| case | kind | status | client | simulator |",
            "|---|---|---|---|---|",
        ]
        parts += [_line(row, said) for row in rows if row["api"] == api]
    return "\n".join(parts) + "\n"


def _line(row: dict[str, object], said: dict[str, simulator.Case]) -> str:
    name = f"{row['api']}/{row['case']}"
    cells = (row["case"], row["kind"], row["status"], _read(name), _said(name, said))
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _read(name: str) -> str:
    given: dict[str, list[str]] = {}
    for each in client.RECORDED.get(name, ()):
        given.setdefault(each.gives, []).append(f"`{each.ask.name}`")
    return "; ".join(
        f"{', '.join(dict.fromkeys(calls))}: {gives}" for gives, calls in given.items()
    )


def _said(name: str, said: dict[str, simulator.Case]) -> str:
    if name in said:
        case = said[name]
        how = f"`{case.step.method} {case.step.path}`"
        return f"{how} ({case.note})" if case.note else how
    if simulator.is_alternative(name):
        return "not said"
    return f"not said: {simulator.NOT_GIVEN[name]}" if name in simulator.NOT_GIVEN else ""


if __name__ == "__main__":
    sys.stdout.write(page())
