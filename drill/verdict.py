"""Whether a gate holds, and the one line about it."""

from collections.abc import Iterator
from typing import Any

from drill.crashes_named import POINTS
from drill.plan import Campaign

NOTHING = ("doubled", "lost", "hidden", "stuck", "unfound")


def line_of(plan: Campaign, database: str, seed: str, result: dict[str, Any]) -> str:
    """Return what came of a campaign, in one line."""
    if "ended" in result:
        return f"gate={plan.gate} db={database} seed={seed} result=unknown"
    figures = {
        "transfers": result["transfers"],
        "posts": result["posts"],
        "faulted": sum(result["faults"].values()),
        "kills": result["kills"],
        "pauses": result["pauses"],
        "restores": result["restores"],
        "restarts": result["restarts"],
        "halts": result["halts"],
        "seconds": result["seconds"],
        **{name: result[name] for name in NOTHING},
        "broken": len(result["broken"]),
    }
    told = " ".join(f"{name}={value}" for name, value in figures.items())
    return f"gate={plan.gate} db={database} seed={seed} {told}"


def faults_of(plan: Campaign, result: dict[str, Any]) -> list[str]:
    """Return why the gate does not hold; a run that saw too little does not hold either."""
    if "ended" in result:
        return [] if plan.blind else [f"The campaign came to no result (status {result['ended']})."]
    if plan.blind:
        return ["a result was given although nothing could be read"]
    wrong = [f"{name} is {result[name]}" for name in NOTHING if result[name]]
    wrong += [f"broken: {each}" for each in result["broken"][:10]]
    wrong += result["died"][:10]
    if not result["adds_up"]:
        wrong.append("the balances at Vonage do not add up")
    return [*wrong, *_seen_too_little(plan, result)]


def _seen_too_little(plan: Campaign, result: dict[str, Any]) -> Iterator[str]:
    struck = _posts_struck(result)
    if result["transfers"] < plan.transfers - plan.submitters:
        yield f"only {result['transfers']} transfers were asked for"
    if struck < plan.least_faulted * result["posts"]:
        yield f"only {struck} of {result['posts']} POSTs were struck by a fault"
    if result["kills"] < plan.least_kills:
        yield f"only {result['kills']} processes were killed"
    for name in ("pauses", "restores", "restarts"):
        if result[name] < getattr(plan, name):
            yield f"only {result[name]} {name}"
    if result["halts"] < plan.restores:
        yield f"only {result['halts']} halts after {result['restores']} restores"
    if plan.hostile and not (result["by_vonage"] and result["halts"]):
        yield "Vonage made nothing twice, or nothing was halted"
    for point in POINTS if plan.least_of_each_point else ():
        if result["points"].get(point, 0) < plan.least_of_each_point:
            yield f"{point} was hit {result['points'].get(point, 0)} times"
    for name, count in result["faults"].items():
        if (
            plan.least_of_each_fault
            and not name.startswith("list")
            and (count < plan.least_of_each_fault)
        ):
            yield f"{name} struck {count} times"


def _posts_struck(result: dict[str, Any]) -> int:
    return sum(count for name, count in result["faults"].items() if not name.startswith("list"))
