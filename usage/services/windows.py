"""From days to moments. Days are those of UTC, in which Vonage dates its records."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

LONGEST = timedelta(days=396)
"""About 13 months: so long Vonage keeps records, and so much one report may span."""


def today() -> date:
    """Return the day that is not over yet."""
    return timezone.now().astimezone(UTC).date()


def begin_of(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time.min, UTC)


def window(first: date, last: date) -> tuple[datetime, datetime]:
    """Return from when to (not including) when; of today what there is by now."""
    now = timezone.now().astimezone(UTC).replace(microsecond=0)
    return begin_of(first), min(begin_of(last + timedelta(days=1)), now)
