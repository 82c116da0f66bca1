"""A run as JSON for machines, and as the tables of docs/performance.md."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.figures import Figure
from bench.goals import GOALS

_MISSED = "**{}**"
_NOTHING = "-"


def as_json(machine: Mapping[str, str], figures: Sequence[Figure]) -> dict[str, Any]:
    """Return everything, goal by goal."""
    return {
        "machine": dict(machine),
        "missed": [f"{each.goal}: {_where(each)}" for each in figures if each.met is False],
        "goals": [
            {
                "goal": goal,
                "title": title,
                "met": all(each.met is not False for each in _of(goal, figures)),
                "figures": [each.as_json() for each in _of(goal, figures)],
            }
            for goal, title in GOALS.items()
            if _of(goal, figures)
        ],
    }


def as_markdown(machine: Mapping[str, str], figures: Sequence[Figure]) -> str:
    """Return the tables: a row for what was measured, a column for each database and size."""
    parts = [", ".join(f"{name} {value}" for name, value in machine.items()) + "."]
    for goal, title in GOALS.items():
        if found := _of(goal, figures):
            parts.append(f"### {goal}. {title}\n\n{_table(found)}")
    return "\n\n".join(parts) + "\n"


def _of(goal: int, figures: Iterable[Figure]) -> list[Figure]:
    return [each for each in figures if each.goal == goal]


def _where(figure: Figure) -> str:
    return f"{figure.name}, {figure.database}, {figure.accounts:,}: {_judged(figure)}"


def _table(figures: list[Figure]) -> str:
    places = list(dict.fromkeys((each.database, each.accounts) for each in figures))
    places.sort()
    heads = [f"{database} {accounts:,}" for database, accounts in places]
    lines = [["", "in", "limit", *heads], ["---", "---", "--:", *("--:" for _ in heads)]]
    for name in dict.fromkeys(each.name for each in figures):
        at = {(each.database, each.accounts): each for each in figures if each.name == name}
        shown = next(iter(at.values()))
        cells = [_cell(at[place]) if place in at else _NOTHING for place in places]
        lines.append([name, shown.to or shown.unit, _limits(at.values()), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(figure: Figure) -> str:
    """Return what is judged, in bold where it misses its limit, and the value behind a ratio."""
    judged = _judged(figure)
    judged = _MISSED.format(judged) if figure.met is False else judged
    return judged if figure.ratio is None else f"{judged} ({_number(figure.value)} {figure.unit})"


def _limits(figures: Iterable[Figure]) -> str:
    """Return the limit, or both where the databases have different ones."""
    found = dict.fromkeys(
        f"{'≥' if each.at_least else '≤'} {_number(each.limit)}"
        for each in figures
        if each.limit is not None
    )
    return " or ".join(found)


def _judged(figure: Figure) -> str:
    return _number(figure.judged)


def _number(value: float) -> str:
    """Return the number with as many digits as it deserves."""
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
