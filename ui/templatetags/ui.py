"""Tags and filters of every template; a builtin, so that no template has to load it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from money.formatting import format_money
from ui import icons, rows, sparkline, times
from ui.forms import Field

register = template.Library()

register.simple_tag(icons.icon, name="icon")


@register.simple_tag
def when(at: datetime | None) -> str:
    """Return the time in the active zone, e.g. `23 Nov 2026, 15:03`; nothing for None."""
    return times.time_element(at, times.local(at)) if at else ""


@register.simple_tag
def age(at: datetime | None) -> str:
    """Return how long ago it was, e.g. `12 s ago`, counting on; nothing for None."""
    return times.time_element(at, times.ago(at, timezone.now()), counting=True) if at else ""


@register.filter
def money(amount: Decimal | None) -> str:
    """Return the amount with its currency, e.g. `€ 1,234.50`; `unknown` for None."""
    return "unknown" if amount is None else format_money(amount)


@register.filter
def absolute(amount: Decimal) -> Decimal:
    """Return the amount without its sign: Vonage writes credit limits below zero."""
    return abs(amount)


@register.simple_tag(name="sparkline")
def sparkline_tag(units: Sequence[int]) -> SafeString:
    """Return a small line of amounts that tells the first and the last to screen readers."""
    return sparkline.sparkline(units, labelled=True)


@register.simple_tag
def account_rows(accounts: Iterable[rows.Row], base_url: str) -> SafeString:
    """Return rows of the table of accounts."""
    return rows.render_rows("accounts/rows.html", rows=accounts, base_url=base_url)


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", *, needed: bool = False, **attributes: str | bool
) -> dict[str, Field]:
    """Draw a form field with label, help and errors; `data_x=1` becomes the attribute `data-x`.

    `needed` is for a field that is asked for whenever it is seen, though not by every form.
    """
    return {"field": Field(bound, attributes, label=label, needed=needed)}


@register.simple_tag(takes_context=True)
def here(context: template.Context, url: str, *, whole: bool = False) -> SafeString:
    """Return `aria-current` where the page is the one at `url`, or below it unless `whole`."""
    path = context["request"].path
    is_here = path == url if whole else path.startswith(url)
    return format_html(' aria-current="{}"', "page") if is_here else SafeString()
