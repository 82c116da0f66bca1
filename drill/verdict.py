"""Whether a gate holds, and the one line about it."""

from collections.abc import Iterator
from typing import Any

from drill.crashes_named import POINTS
from drill.plan import Campaign

BEFALLEN = ("hung", "gone", "flushed")
UNKNOWABLE = 3
"""With this status a campaign ends that could not read what Vonage has done."""
SLOWEST = 3.0
"""Seconds within which every page answers, whatever befalls Redis."""
NOTHING = ("doubled", "lost", "hidden", "stuck", "unfound")


def line_of(plan: Campaign, database: str, seed: str, result: dict[str, Any]) -> str:
    """Return what came of a campaign, in one line."""
    if "ended" in result:
        return f"gate={plan.gate} db={database} seed={seed} result=unknown"
    figures = {
        "transfers": result["asked"],
        "refused": result["refused"],
        "succeeded": result["succeeded"],
        "posts": result["posts"],
        "faulted": sum(result["faults"].values()),
        "kills": result["kills"],
        "pauses": result["pauses"],
        "restores": result["restores"],
        "restarts": result["restarts"],
        "halts": result["halts"],
        "redis": "+".join(result["befallen"]) or "-",
        "slowest_page": result["slowest"],
        "seconds": result["seconds"],
        **{name: result[name] for name in NOTHING},
        "broken": len(result["broken"]),
    }
    told = " ".join(f"{name}={value}" for name, value in figures.items())
    return f"gate={plan.gate} db={database} seed={seed} {told}"


def faults_of(plan: Campaign, result: dict[str, Any]) -> list[str]:
    """Return why the gate does not hold; a run that saw too little does not hold either."""
    if plan.blind and result.get("ended") == UNKNOWABLE:
        return []
    if "ended" in result:
        return [f"The campaign came to no result (status {result['ended']})."]
    if plan.blind:
        return ["a result was given although nothing could be read"]
    wrong = [f"{name} is {result[name]}" for name in NOTHING if result[name]]
    wrong += [f"broken: {each}" for each in result["broken"][:10]]
    wrong += result["died"][:10]
    if result["slowest"] > SLOWEST:
        wrong.append(f"somebody waited {result['slowest']} s for a page")
    if not result["adds_up"]:
        wrong.append("the balances at Vonage do not add up")
    return [*wrong, *_seen_too_little(plan, result)]


def _seen_too_little(plan: Campaign, result: dict[str, Any]) -> Iterator[str]:
    struck = _posts_struck(result)
    if result["asked"] < plan.transfers - plan.submitters:
        yield f"only {result['asked']} transfers were asked for"
    if result["succeeded"] < plan.least_done * result["transfers"]:
        yield f"only {result['succeeded']} of {result['transfers']} came to a good end"
    # What an older dump has forgotten counts against no limit any more.
    if not (plan.broker or plan.restores or result["refused"]):
        yield "nothing was refused for a limit"
    if struck < plan.least_faulted * result["posts"]:
        yield f"only {struck} of {result['posts']} POSTs were struck by a fault"
    if result["kills"] < plan.least_kills:
        yield f"only {result['kills']} processes were killed"
    for name in ("pauses", "restores", "restarts"):
        if result[name] < getattr(plan, name):
            yield f"only {result[name]} {name}"
    if plan.hostile and not (result["by_vonage"] and result["halts"]):
        yield "Vonage made nothing twice, or nothing was halted"
    if result["halts"] < plan.restores:
        yield f"only {result['halts']} halts after {result['restores']} restores"
    yield from _points_not_hit(plan, result)
    yield from _faults_not_met(plan, result)
    yield from _redis_was_well(plan, result)


def _points_not_hit(plan: Campaign, result: dict[str, Any]) -> Iterator[str]:
    for point in POINTS if plan.least_of_each_point else ():
        if result["points"].get(point, 0) < plan.least_of_each_point:
            yield f"{point} was hit {result['points'].get(point, 0)} times"


def _faults_not_met(plan: Campaign, result: dict[str, Any]) -> Iterator[str]:
    posts = {name: count for name, count in result["faults"].items() if not _is_of_list(name)}
    for name, count in posts.items():
        if count < plan.least_of_each_fault:
            yield f"{name} struck {count} times"


def _redis_was_well(plan: Campaign, result: dict[str, Any]) -> Iterator[str]:
    if plan.broker and result["befallen"] != [*BEFALLEN]:
        yield f"Redis was only {'+'.join(result['befallen']) or 'well'}"
    if plan.broker and not result["slowest"]:
        yield "nobody looked at a page"


def _posts_struck(result: dict[str, Any]) -> int:
    return sum(count for name, count in result["faults"].items() if not _is_of_list(name))


def _is_of_list(fault: str) -> bool:
    return fault.startswith("list")
