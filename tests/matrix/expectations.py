"""What is to happen in a cell, said from the tables; and what did happen, read off the answer."""

from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import resolve_url

from tests.matrix.marks import marks_in
from tests.matrix.places import Place
from tests.matrix.tables import SAFE, Role, Route

_LET_IN = {200, 204, 302, 303, 422}


class Decision(StrEnum):
    """How a request ends."""

    IN = "let in"
    SIGN_IN = "to the sign-in page"
    ENROL = "to the second factors"
    CONFIRM = "to the confirmation"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NOT_ALLOWED = "405"
    BROKEN = "no sensible answer"


_ELSEWHERE = {"/me/security/": Decision.ENROL, "/confirm/": Decision.CONFIRM}
"""Where the guards of workspaces lead."""


def expected(route: Route, role: Role, place: Place, method: str) -> set[Decision]:
    """Return what the tables say; more than one where it does not matter."""
    if role.role == "anonymous" and route.kind != "public":
        return {Decision.SIGN_IN}
    if refusal := route.is_in_workspace and _refusal(route, role, place, method):
        return {refusal}
    if method not in route.methods:
        others = {Decision.IN} if route.answers_others else set()
        return {Decision.NOT_ALLOWED, *others}
    if not place.is_visible:
        return {Decision.NOT_FOUND}
    return {_of_post(route, role) if method == "POST" else Decision.IN}


def _of_post(route: Route, role: Role) -> Decision:
    """Return how a POST about something visible ends."""
    if "confirmed_post" in route.flags and role.role == "unconfirmed":
        return Decision.CONFIRM
    is_kept_out = f"not:{role.role}" in route.flags or not role.holds(route.needed_to_post)
    return Decision.FORBIDDEN if is_kept_out else Decision.IN


def _refusal(route: Route, role: Role, place: Place, method: str) -> Decision | None:
    """Return how a visitor is kept out of a workspace, or None where he is not."""
    if role.is_outside or place.object in {"elsewhere", "nowhere"}:
        return Decision.NOT_FOUND
    if role.role == "without_factor":
        return Decision.ENROL
    changes = method not in SAFE and "as_oneself" not in route.flags
    if (role.role.startswith("looking_as") and changes) or not role.holds(route.capability):
        return Decision.FORBIDDEN
    must_confirm = "confirmed" in route.flags and role.role == "unconfirmed"
    return Decision.CONFIRM if must_confirm else None


def decision(answer: HttpResponseBase, route: Route) -> Decision:
    """Return what the answer amounts to."""
    led = urlsplit(answer.headers.get("Location") or answer.headers.get("HX-Redirect") or "")
    # Whoever signs out or leaves is led there too, but without a way back.
    if (
        led.path == resolve_url(settings.LOGIN_URL)
        and route.kind != "public"
        and "next=" in led.query
    ):
        return Decision.SIGN_IN
    if route.is_in_workspace and led.path in _ELSEWHERE:
        return _ELSEWHERE[led.path]
    if answer.status_code in _LET_IN | route.answers:
        return Decision.IN
    known = {403: Decision.FORBIDDEN, 404: Decision.NOT_FOUND, 405: Decision.NOT_ALLOWED}
    return known.get(answer.status_code, Decision.BROKEN)


def leaks(answer: HttpResponseBase, *, may_know: frozenset[str], asked: str) -> set[str]:
    """Return the marks in body and headers that the visitor must not see and did not send."""
    text = getattr(answer, "content", b"").decode(errors="replace") + str(answer.headers)
    return marks_in(text) - may_know - marks_in(asked)
