from datetime import UTC, datetime

from vonage_api.errors import Malformed


def read_time(text: str) -> datetime:
    """Return a time of Vonage's as an aware one in UTC.

    Accepts ISO 8601 with or without milliseconds; with `Z`, `+0000`, `+00:00` or nothing, which
    means UTC. Raises `Malformed`.
    """
    try:
        return _read(text)
    except (ValueError, OverflowError):
        pass
    raise Malformed("a time is not in ISO 8601 form")


def check_time(text: str | None) -> None:
    """Raise `ValueError` unless the text is a time as `read_time` accepts it, or there is none."""
    try:
        if text is not None:
            _read(text)
    except (ValueError, OverflowError):
        raise ValueError("A time is not in ISO 8601 form") from None


def write_time(moment: datetime) -> str:
    """Return the second in which an aware time lies, in UTC: Vonage refuses milliseconds.

    Raises `ValueError` for a time without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError("A time needs a time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is UTC:
        return moment  # the usual form, and there may be 100,000 of them
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
