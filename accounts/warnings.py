"""What the overview warns of before anything else.

Packages above say what, in words that are registered here; which of them hold in a workspace
stands in its mirror, which the overview reads anyway.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.urls import reverse

from accounts.models import Mirror
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor

_TRIES = 5


class Words(NamedTuple):
    """A warning: whom it concerns, a few words, a sentence, and the name of the page about it."""

    concerns: Capability
    title: str
    sentence: str
    page: str


class Warned(NamedTuple):
    """A warning as a person sees it."""

    title: str
    sentence: str
    url: str


_words: dict[str, Words] = {}


def register(owner: str, words: dict[str, Words]) -> None:
    """Make the warnings of a package known by their codes, once, when the program starts."""
    _words.update({f"{owner}:{code}": each for code, each in words.items()})


def publish(workspace_id: int, owner: str, codes: Collection[str]) -> None:
    """Let exactly these warnings of a package hold in a workspace, from now on.

    Outside transactions that hold locks: readings lock the mirror before they lock the team.
    """
    mirrors = Mirror.objects.filter(pk=workspace_id)
    for _ in range(_TRIES):
        before = mirrors.values_list("warnings", flat=True).first()
        if before is None:
            return
        others = [each for each in before.split() if not each.startswith(f"{owner}:")]
        after = " ".join(sorted([*others, *(f"{owner}:{code}" for code in codes)]))
        if after == before or mirrors.filter(warnings=before).update(warnings=after):
            return


def warnings_in(actor: Actor, mirror: Mirror) -> list[Warned]:
    """Return what the person is to be warned of. No query."""
    known = [_words[code] for code in mirror.warnings.split() if code in _words]
    return [
        Warned(each.title, each.sentence, reverse(each.page, args=[actor.workspace.slug]))
        for each in known
        if policy.can(actor, each.concerns)
    ]
