"""Refuses to start where a rule is broken that no test of a single part would see."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from teams.access import Access, access_of

_BYPASSES = (
    "MFA_TOTP_INSECURE_BYPASS_CODE",
    "MFA_TRUST_ENABLED",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED",
    "ACCOUNT_LOGIN_BY_CODE_TRUST_ENABLED",
    "ACCOUNT_LOGIN_ON_PASSWORD_RESET",
)

FEWEST_VIEWS = 10
"""A walk that saw fewer did not walk."""


WORKSPACE = "/w/<slug:slug>/"
"""Below this address everything is inside a workspace, and nothing elsewhere is."""

_HINT = "@requires or @has_part in a workspace, @signed_in or @public elsewhere"


@register()
def every_view_states_its_access(**_: Any) -> list[CheckMessage]:
    """Walk the URLconf; each view states its capability or why it is open."""
    views = list(views_of(get_resolver()))
    faults = [fault for address, view in views for fault in _faults(address, access_of(view))]
    if len(views) < FEWEST_VIEWS:
        faults.append(Error(f"only {len(views)} views were found", id="switchboard.E002"))
    return faults


@register()
def second_factor_cannot_be_passed_by(**_: Any) -> list[CheckMessage]:
    """Refuse settings of allauth that let somebody in without the second factor."""
    return [
        Error(
            f"{name} lets people in without the second factor",
            hint="Remove it.",
            id="switchboard.E006",
        )
        for name in _BYPASSES
        if getattr(settings, name, None)
    ]


def _faults(address: str, access: Access | None) -> Iterator[CheckMessage]:
    if access is None:
        yield Error(f"{address} states no access", hint=_HINT, id="switchboard.E001")
    elif address.startswith(WORKSPACE) and not access.in_workspace:
        # The view would take the slug from the address for the person's own.
        yield Error(f"{address} does not ask whose workspace", hint=_HINT, id="switchboard.E010")
    elif access.in_workspace and not address.startswith(WORKSPACE):
        yield Error(f"{address} is outside of a workspace", hint=_HINT, id="switchboard.E011")
    elif not (access.capability or access.reason):
        yield Error(f"{address} gives no reason", hint=_HINT, id="switchboard.E012")


def views_of(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Yield every address, as the URLconf writes it, with its view."""
    for each in resolver.url_patterns:
        address = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from views_of(each, address)
        elif isinstance(each, URLPattern):
            yield address, each.callback
