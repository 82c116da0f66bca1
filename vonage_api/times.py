from datetime import UTC, datetime

from vonage_api.errors import Malformed


def read_time(text: str) -> datetime:
    """Return a time of Vonage's as an aware one in UTC.

    Accepts ISO 8601 with or without milliseconds; with `Z`, `+0000`, `+00:00` or nothing, which
    means UTC. Raises `Malformed`.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed("a time is not in ISO 8601 form")
