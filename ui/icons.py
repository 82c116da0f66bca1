"""Tabler's icons as inline SVG, each drawn once per process."""

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from tablericons.templatetags import tablericons

_FRAME = re.compile(r"<svg[^>]*>|</svg>|\s*\n\s*")


@cache
def icon(name: str, css_class: str = "") -> SafeString:
    """Return the outline icon `name`, hidden from screen readers: words stand beside it.

    Colour and stroke come from the style sheet. Raises `tablericons.IconDoesNotExist` for an
    unknown name.
    """
    shapes = _FRAME.sub("", tablericons.icon(f"outline/{name}"))
    classes = f"icon {css_class}".strip()
    drawn = f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>'
    return mark_safe(drawn)  # noqa: S308 - a file of the icons' package and our own templates' words
