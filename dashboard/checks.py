"""Refuses to start where a rule is broken that no test of a single part would see."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from teams.access import access_of

_BYPASSES = (
    "MFA_TOTP_INSECURE_BYPASS_CODE",
    "MFA_TRUST_ENABLED",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED",
    "ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED",
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET",
)

FEWEST_VIEWS = 10
"""A walk that saw fewer did not walk."""


@register()
def every_view_states_its_access(**_: Any) -> list[CheckMessage]:
    """Walk the URLconf; each view states its capability or why it is open."""
    views = list(_views(get_resolver()))
    silent: list[CheckMessage] = [
        Error(
            f"{name} states no access",
            hint="@requires, @signed_in or @public",
            id="switchboard.E001",
        )
        for name, view in views
        if access_of(view) is None
    ]
    if len(views) < FEWEST_VIEWS:
        silent.append(Error(f"only {len(views)} views were found", id="switchboard.E002"))
    return silent


@register()
def second_factor_cannot_be_passed_by(**_: Any) -> list[CheckMessage]:
    """Refuse settings of allauth that let somebody in without the second factor."""
    return [
        Error(
            f"{name} lets people in without the second factor",
            hint="Remove it.",
            id="switchboard.E003",
        )
        for name in _BYPASSES
        if getattr(settings, name, None)
    ]


def _views(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        address = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _views(each, address)
        elif isinstance(each, URLPattern):
            yield address, each.callback
