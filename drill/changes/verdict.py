"""Whether one of these gates holds, and the one line about it."""

from collections.abc import Iterator
from typing import Any

from drill.changes.plan import Changes
from drill.crashes_named import NUMBERS, ROTATION

NOTHING = {
    "rotation": ("locked_out", "doubled", "lost", "hidden", "unproved", "stuck", "leaked"),
    "numbers": ("owners_wrong", "lost", "hidden", "together", "needless", "stuck"),
}
"""What there may be none of."""
TOLD = {
    "rotation": {
        "rotations": "asked",
        "done": "done",
        "stopped": "stopped",
        "people": "people",
        "own": "own",
        "doors": "doors",
    },
    "numbers": {"moves": "moves", "done": "done", "people": "people"},
}
POINTS = {"rotation": ROTATION, "numbers": NUMBERS}


def line_of(plan: Changes, database: str, seed: str, result: dict[str, Any]) -> str:
    """Return what came of a run, in one line."""
    if "ended" in result:
        return f"gate={plan.gate} db={database} seed={seed} result=unknown"
    figures = {
        **{name: result[figure] for name, figure in TOLD[plan.gate].items()},
        "writes": result["writes"],
        "faulted": _struck(result),
        "kills": result["kills"],
        "halts": result["halts"],
        "seconds": result["seconds"],
        **{name: result[name] for name in NOTHING[plan.gate]},
    }
    told = " ".join(f"{name}={value}" for name, value in figures.items())
    return f"gate={plan.gate} db={database} seed={seed} {told}"


def faults_of(plan: Changes, result: dict[str, Any]) -> list[str]:
    """Return why the gate does not hold; a run that saw too little does not hold either."""
    if "ended" in result:
        return [f"The campaign came to no result (status {result['ended']})."]
    wrong = [f"{name} is {result[name]}" for name in NOTHING[plan.gate] if result[name]]
    wrong += result["wrong"][:10]
    wrong += result["died"][:10]
    return [*wrong, *_seen_too_little(plan, result)]


def _seen_too_little(plan: Changes, result: dict[str, Any]) -> Iterator[str]:
    if result["asked"] < plan.least_asked:
        yield f"only {result['asked']} were asked for"
    if result["good"] < plan.least_done * result["asked"]:
        yield f"only {result['good']} of {result['asked']} came to a good end"
    if _struck(result) < plan.least_faulted * result["writes"]:
        yield f"only {_struck(result)} of {result['writes']} were struck by a fault"
    if result["kills"] < plan.least_kills:
        yield f"only {result['kills']} processes were killed"
    if result.get("own", 0) < plan.least_own:
        yield f"the workspace's own secret was replaced {result.get('own', 0)} times"
    if plan.gate == "rotation" and not result["doors"]:
        yield "no secret was tried"
    for point in POINTS[plan.gate]:
        if result["points"].get(point, 0) < plan.least_of_each_point:
            yield f"{point} was hit {result['points'].get(point, 0)} times"


def _struck(result: dict[str, Any]) -> int:
    """Return how many writes were struck; lists are struck beside them."""
    return sum(count for name, count in result["faults"].items() if not name.startswith("list"))
