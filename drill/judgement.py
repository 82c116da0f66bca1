"""What came of a campaign: held against what truly happened at Vonage."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Sum

from drill.admin import Admin
from drill.world import World
from operations.models import Attempt, Finding, Operation
from operations.states import COUNTED, TERMINAL, State
from subaccounts.services import books
from subaccounts.services.verifying import read_lists, violations

_HARMLESS = {"I1"}
"""What a Vonage that executes twice does by itself; it has to be found, see `unfound`."""


class UnknowableError(Exception):
    """What Vonage has done cannot be had, and so nothing can be said."""


def judge(world: World, admin: Admin, written: list[str], forgotten: set[str]) -> dict[str, Any]:
    """Return the figures of a campaign. Raises `UnknowableError`.

    written: the forms that were answered. forgotten: those of them that an older dump took away.

    doubled: transfers beyond one for an attempt that may have worked. lost: forms that were
    answered and left no operation, or operations done here and not there. hidden: happened there,
    and taken for dead or unknown here, or forgotten and not found. stuck: no end yet. unfound:
    made twice by Vonage itself and not found by the auditor. broken: any other promise.
    """
    workspace_id = world.actor.workspace.pk
    if not books.audit(workspace_id, since=books.FROM_THE_BEGINNING):
        raise UnknowableError
    happened = Counter(each["reference"] for each in admin.transfers() if each["reference"])
    rows = Operation.objects.filter(workspace=workspace_id)
    states = dict(rows.values_list("reference", "state"))
    tokens = set(rows.values_list("form_token", flat=True))
    broken = violations(workspace_id, read_lists(workspace_id))
    twice = {reference for reference, count in happened.items() if count > 1}
    found = set(
        Finding.objects.filter(kind=Finding.Kind.DOUBLE).values_list(
            "operation__reference", flat=True
        )
    )
    orphans = set(Finding.objects.filter(kind=Finding.Kind.ORPHAN).values_list("key", flat=True))
    return {
        "transfers": len(states),
        "succeeded": sum(state == State.SUCCEEDED for state in states.values()),
        "happened": len(happened),
        "faults": admin.struck(),
        "posts": Attempt.objects.filter(wire_at__isnull=False).count(),
        "doubled": len(twice - _made_by_vonage(admin)),
        "by_vonage": len(twice),
        "unfound": len(twice - found),
        "lost": len(set(written) - tokens - forgotten)
        + sum(state == State.SUCCEEDED and not happened[ref] for ref, state in states.items()),
        "hidden": sum(states.get(ref) != State.SUCCEEDED for ref in happened if ref not in orphans),
        "orphans": len(orphans),
        "stuck": sum(state not in TERMINAL for state in states.values()),
        "broken": [
            *(f"{each.invariant} {each.key}" for each in broken if each.invariant not in _HARMLESS),
            *_beyond_the_limit(world),
        ],
        "adds_up": admin.adds_up(),
    }


def _beyond_the_limit(world: World) -> Iterator[str]:
    """I8: what somebody has moved, or may have moved, is within the limit of the grant.

    But for what Vonage did after it had been given up, when its room had been used again: that is
    found and said (`late`), and nobody could have known.
    """
    theirs = Operation.objects.filter(made_by=world.limited.user, state__in=COUNTED)
    theirs = theirs.exclude(resolution=Operation.Resolution.LATE)
    moved = theirs.aggregate(sum=Sum("amount"))["sum"] or 0
    if moved > world.limit:
        yield f"I8 {moved} of {world.limit}"


def _made_by_vonage(admin: Admin) -> set[str]:
    """Return the references that Vonage itself made twice: in one request of ours."""
    requests = Counter((each["reference"], each["request_id"]) for each in admin.transfers())
    return {reference for (reference, _), count in requests.items() if count > 1}
