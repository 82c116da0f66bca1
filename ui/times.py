"""How a moment looks: in the person's own zone, with the UTC time at hand."""

from datetime import UTC, datetime
from html import escape

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def local(at: datetime) -> str:
    """Return e.g. `23 Nov 2026, 15:03` in the active zone."""
    here = timezone.localtime(at)
    return f"{here.day} {here:%b %Y, %H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """Return e.g. `12 s ago`, in the largest unit that fits. app.js counts on by the same rule."""
    seconds = int((now - at).total_seconds())
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"


def time_element(at: datetime, text: str, *, counting: bool = False) -> SafeString:
    """Return a `<time>` that shows `text` and names the exact moment in UTC."""
    utc = at.astimezone(UTC)
    day, second = f"{utc:%Y-%m-%d}", f"{utc:%H:%M:%S}"
    attributes = f'datetime="{day}T{second}Z" title="{day} {second} UTC"{" data-age" * counting}'
    return mark_safe(f"<time {attributes}>{escape(text)}</time>")  # noqa: S308 - escaped
