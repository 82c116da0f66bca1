"""How a moment looks: in the person's own zone, with the UTC time at hand."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    return format_html(
        '<time datetime="{}" title="{} UTC"{}>{}</time>',
        f"{utc:%Y-%m-%dT%H:%M:%SZ}",
        f"{utc:%Y-%m-%d %H:%M:%S}",
        SafeString(" data-age") if counting else "",
        text,
    )
