"""Rows of accounts, fifty at a time: the hot path of the product, so Jinja2 and ready strings."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

_FOLDER = Path(__file__).resolve().parent.parent / "templates_jinja"
_WORDS_IN_INITIALS = 2
_DECIMALS = 4
"""Vonage seldom writes more; a longer figure stands out to the left."""
_BLANK = "\N{FIGURE SPACE}"
_UNKNOWN = mark_safe("<i>unknown</i>")


class Row(NamedTuple):
    """One account as it is drawn. Figures are ready strings, "" where they are unknown."""

    api_key: str
    name: str
    badge: str
    """`primary` or empty."""
    state: str
    """`active`, `suspended` or `gone`."""
    shared: bool
    balance: str
    credit_limit: str
    spendable: str
    is_negative: bool
    is_low: bool
    spark: SafeString
    """From `ui.sparkline`."""

    @property
    def initials(self) -> str:
        """At most two letters or digits that stand for the name."""
        words = self.name.split(None, _WORDS_IN_INITIALS)[:_WORDS_IN_INITIALS]
        return "".join([word[0] for word in words if word[0].isalnum()]).upper()

    @property
    def kind(self) -> str:
        """The row's CSS classes: what is special about the account."""
        state = "" if self.state == "active" else self.state
        return " ".join(filter(None, (self.badge, state, "negative" if self.is_negative else "")))


def aligned(figure: str) -> str:
    """Return the figure with blanks as wide as digits, so that decimal points stand in line."""
    if not figure:
        return ""
    decimals = len(figure) - figure.find(".") - 1
    return figure + _BLANK * (_DECIMALS - decimals)


def _drawn(row: Row, base_url: str) -> tuple[str | bool, ...]:
    """Return what the template draws, in the order in which it names it."""
    return (
        row.kind,
        row.initials,
        f"{base_url}{quote(row.api_key, safe='')}/",
        row.name,
        row.badge,
        row.api_key,
        row.state,
        row.shared,
        row.is_negative,
        row.is_low,
        aligned(row.balance),
        aligned(row.credit_limit),
        aligned(row.spendable),
        row.spark,
    )


def render_rows(template: str, *, rows: Iterable[Row], base_url: str) -> SafeString:
    """Return the rows as HTML; links lead to `base_url` + API key + `/`. Everything is escaped."""
    drawn = [_drawn(row, base_url) for row in rows]
    html = _template(template).render(rows=drawn, unknown=_UNKNOWN)
    return mark_safe(html)  # noqa: S308 - Jinja escaped it


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
