"""Records as plain JSON content and back: for the journal, and for people who look inside."""

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]


def plain(value: Any) -> Any:
    """Return a record, or what it holds, as JSON content: amounts as texts, digests as hex."""
    writer = WRITERS.get(type(value))
    if writer is not None:
        return writer(value)
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def record(kind: Any, content: dict[str, Any]) -> Any:
    """Return the dataclass `kind` from what `plain` made of it; fields may be missing.

    KeyError, TypeError, ValueError where the content is not that of such a record.
    """
    return _reader(kind)(content)


@cache
def _reader(hint: Any) -> Reader:
    if is_dataclass(hint):
        return _dataclass_reader(hint)
    if get_origin(hint) in {Union, types.UnionType}:
        (inner,) = (_reader(one) for one in get_args(hint) if one is not type(None))
        return lambda content: None if content is None else inner(content)
    if get_origin(hint) is tuple:
        item = _reader(get_args(hint)[0])
        return lambda content: tuple(map(item, content))
    if get_origin(hint) in {dict, Literal}:
        return lambda content: content
    return READERS[hint]


def _dataclass_reader(kind: Any) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    return lambda content: kind(
        **{name: read(content[name]) for name, read in readers.items() if name in content}
    )


WRITERS: dict[type, Callable[[Any], Any]] = {
    type(None): lambda value: value,
    str: lambda value: value,
    bool: lambda value: value,
    int: lambda value: value,
    Decimal: "{:f}".format,
    datetime: datetime.isoformat,
    bytes: bytes.hex,
    tuple: lambda value: [plain(item) for item in value],
    list: lambda value: [plain(item) for item in value],
    dict: lambda value: {key: plain(item) for key, item in value.items()},
}
READERS: dict[Any, Reader] = {
    str: str,
    int: int,
    bool: bool,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    bytes: bytes.fromhex,
}
