"""What the overview warns of before anything else. Packages above say what; here it is shown."""

from collections.abc import Callable
from typing import NamedTuple

from teams.policy import Actor


class Warned(NamedTuple):
    """One warning: a few words, a sentence, and the page that tells more."""

    title: str
    sentence: str
    url: str


Source = Callable[[Actor], list[Warned]]
"""Returns what concerns this person now: no query for those whom it does not concern."""

_sources: list[Source] = []


def warned_by(source: Source) -> None:
    """Add a source of warnings, once, when the program starts."""
    if source not in _sources:
        _sources.append(source)


def warnings_for(actor: Actor) -> list[Warned]:
    """Return what the person is to be warned of."""
    return [warned for source in _sources for warned in source(actor)]
