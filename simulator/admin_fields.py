"""What the administration is given: fields of a form or of JSON, read into what they mean."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator.exchange import FORM, Request


def given(request: Request) -> dict[str, Any]:
    """Return the fields of a form or of a JSON object; ValueError where it is neither."""
    if request.media_type == FORM:
        return dict(request.parameters())
    content = json.loads(request.body or b"{}", parse_float=Decimal)
    if not isinstance(content, dict):
        raise ValueError("The body is no JSON object.")  # noqa: TRY004 - as json's own errors
    return content


def amount(value: object) -> Decimal:
    """Return an amount of EUR; ValueError where it is none."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount.") from None


def whole(value: object) -> int:
    """Return a whole number; ValueError where it is none."""
    try:
        return int(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no whole number.") from None


def number(value: object) -> float:
    """Return a number; ValueError where it is none."""
    try:
        return float(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no number.") from None


def flag(value: object) -> bool:
    """Return what a switch shall be; ValueError where it is neither true nor false."""
    if str(value).lower() not in {"true", "false"}:
        raise ValueError("A switch is true or false.")
    return str(value).lower() == "true"


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list, or of one text with commas between them."""
    found = value if isinstance(value, list) else str(value).split(",")
    return tuple(text.strip() for text in map(str, found) if text.strip())


READERS: dict[type, Callable[[Any], Any]] = {
    bool: flag,
    int: whole,
    str: str,
    Decimal: amount,
    tuple: texts,
}
