"""Tags and filters of every template; a builtin, so that no template has to load it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django import template
from django.forms import BoundField, ChoiceField
from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from money.formatting import format_money
from ui import icons, rows, sparkline, times
from ui.forms import Field, drawn_options

register = template.Library()


@register.tag(name="icon")
def icon_tag(parser: Parser, token: Token) -> Node:
    """Draw an icon; one that is named outright is drawn when the template is read.

    `{% icon "home" %}`, `{% icon "home" "css-class" %}`, `{% icon symbol %}`.
    """
    arguments = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    if all(isinstance(each.var, str) and not each.filters for each in arguments):
        return TextNode(icons.icon(*(str(each.var) for each in arguments)))
    return IconNode(arguments)


class IconNode(Node):
    """An icon whose name is known when the page is drawn."""

    def __init__(self, arguments: list[FilterExpression]) -> None:
        self.arguments = arguments

    def render(self, context: template.Context) -> SafeString:
        """Return the drawing."""
        return icons.icon(*(str(each.resolve(context)) for each in self.arguments))


@register.simple_tag
@cache
def page_head() -> SafeString:
    """Return what stands in the head of every page; it is the same for as long as we run."""
    return render_to_string("components/head.html")


@register.simple_tag
def options(bound: BoundField) -> SafeString:
    """Return the options of a choice as its form has them, with the current one chosen."""
    choice = cast("ChoiceField", bound.field)
    return drawn_options(cast("Any", choice.choices), {str(bound.value())})


@register.simple_tag
def when(at: datetime | None) -> str:
    """Return the time in the active zone, e.g. `23 Nov 2026, 15:03`; nothing for None."""
    return times.time_element(at, times.local(at)) if at else ""


@register.simple_tag
def age(at: datetime | None) -> str:
    """Return how long ago it was, e.g. `12 s ago`, counting on; nothing for None."""
    return times.time_element(at, times.ago(at, timezone.now()), counting=True) if at else ""


@register.filter
def money(amount: Decimal | None, currency: str = "EUR") -> str:
    """Return the amount with its currency, e.g. `€ 1,234.50`; `unknown` for None."""
    return "unknown" if amount is None else format_money(amount, currency)


@register.filter
def figure(number: int) -> str:
    """Return a whole number as people read it, e.g. `12,345`."""
    return f"{number:,}"


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
