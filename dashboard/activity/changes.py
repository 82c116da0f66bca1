"""What an audit entry says of before and after, in the words of the pages."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from money.formatting import format_money
from teams.capabilities import Capability, mask_of
from teams.ceilings import Limits
from teams.levels import Level, levels_in
from teams.models import Grant
from ui.times import local

NOTHING = "none"
_LONGEST_LIST = 10
_LONG = 100
"""Characters from which on a change is shown when it is asked for."""


class Change(NamedTuple):
    """One field; both sides in words, empty where nothing was said of that side."""

    label: str
    before: str
    after: str

    @property
    def is_long(self) -> bool:
        """It would push what stands beside it out of sight."""
        return len(self.before) + len(self.after) > _LONG


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the fields that differ, in the order in which they were recorded."""
    names = dict.fromkeys([*old, *new])
    return [
        Change(_label(name), _side(name, old), _side(name, new))
        for name in names
        if name not in old or name not in new or old[name] != new[name]
    ]


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


_LABELS = {"capabilities": "rights", "capability": "right", "api_key": "API key"}


def _side(name: str, values: Mapping[str, Any]) -> str:
    return words(name, values[name]) if name in values else ""


def words(name: str, value: Any) -> str:
    """Return a recorded value of the field `name` as people read it, times in the active zone."""
    if value is None or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return _rights(value) if name == "capabilities" else _list(name, value)
    if isinstance(value, dict):
        return ", ".join(f"{_label(key)} {words(key, each)}" for key, each in value.items())
    with suppress(ValueError, KeyError, InvalidOperation):
        return _readings(name)(str(value))
    return str(value)


def _readings(name: str) -> Callable[[str], str]:
    if name in Limits._fields:
        return _money
    if name.endswith("_at"):
        return _time
    return {"scope": _scope, "capability": _right}.get(name, str)


def _money(text: str) -> str:
    return format_money(Decimal(text))


def _time(text: str) -> str:
    return local(datetime.fromisoformat(text))


def _scope(text: str) -> str:
    return Grant.Scope(text).label


def _right(code: str) -> str:
    return _CAPABILITIES[code].description


def _list(name: str, values: list[Any]) -> str:
    shown = ", ".join(words(name, each) for each in values[:_LONGEST_LIST])
    more = len(values) - _LONGEST_LIST
    return f"{shown} and {more:,} more" if more > 0 else shown


def _rights(codes: list[Any]) -> str:
    """Return codes of rights as groups with levels; what this release does not know, as it is."""
    known = [_CAPABILITIES[code] for code in codes if code in _CAPABILITIES]
    unknown = [str(code) for code in codes if code not in _CAPABILITIES]
    levels = [
        f"{group.name}: {level}{' and more' if group.is_partly_above(mask) else ''}"
        for mask in [mask_of(known)]
        for group, level in levels_in(mask)
        if level != Level.NONE or group.is_partly_above(mask)
    ]
    return ", ".join([*levels, *unknown]) or NOTHING


_CAPABILITIES = {each.value: each for each in Capability}
