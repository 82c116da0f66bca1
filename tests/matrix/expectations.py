"""What is to happen in a cell, said from the tables; and what did happen, read off the answer."""

from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import resolve_url

from teams.access import ENROLMENT
from tests.matrix.marks import marks_in
from tests.matrix.places import Place
from tests.matrix.tables import SAFE, Role, Route

_LET_IN = {200, 204, 302, 303, 422}


class Decision(StrEnum):
    """How a request ends."""

    IN = "let in"
    SIGN_IN = "to the sign-in page"
    CONFIRM = "to the page that asks for the password"
    ENROL = "to the page where a second factor is set up"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    NOT_ALLOWED = "405"
    BROKEN = "no sensible answer"


def expected(route: Route, role: Role, place: Place, method: str) -> set[Decision]:
    """Return what the tables say; more than one where it does not matter."""
    if role.role == "anonymous" and route.kind != "public":
        return {Decision.SIGN_IN}
    if refusal := route.is_in_workspace and _refusal(route, role, place, method):
        return {refusal}
    if role.role == "unconfirmed" and route.confirmed == "yes":
        return {Decision.CONFIRM}
    if method not in route.methods:
        others = {Decision.IN} if route.answers_others else set()
        return {Decision.NOT_ALLOWED, *others}
    if not place.is_visible:
        return {Decision.NOT_FOUND}
    return _of_kind(route, role, method)


def may_change(route: Route, role: Role, place: Place, method: str) -> bool:
    """Return whether the request is one that is there to change something."""
    let_in = Decision.IN in expected(route, role, place, method)
    foreign = route.kind == "owner" and role.role != "owner"
    return let_in and not foreign and method in route.methods and method not in SAFE


def _of_kind(route: Route, role: Role, method: str) -> set[Decision]:
    """Return how it ends for somebody who may know of the place."""
    if route.kind == "owner" and role.role != "owner":
        if not role.holds("workspace.settings"):
            return {Decision.NOT_FOUND}
        refusals = {Decision.FORBIDDEN, Decision.NOT_FOUND} if method == "POST" else set()
        return {Decision.IN, *refusals}
    if route.kind == "member_only" and method == "POST":
        return {Decision.FORBIDDEN} if role.role == "owner" else {Decision.IN, Decision.SIGN_IN}
    if role.role == "unconfirmed" and route.confirmed == method:
        return {Decision.CONFIRM}
    needed = {route.capability, route.to_change if method == "POST" else ""}
    refused = not all(map(role.holds, needed))
    return {Decision.FORBIDDEN if refused else Decision.IN}


def _refusal(route: Route, role: Role, place: Place, method: str) -> Decision | None:
    """Return how a visitor is kept out of a workspace, or None where he is not."""
    if role.is_outside or place.object in {"elsewhere", "nowhere"}:
        return Decision.NOT_FOUND
    if role.role == "without_factor":
        return Decision.ENROL
    changes = method not in SAFE and route.kind != "oneself"
    lacks = route.kind != "part" and not role.holds(route.capability)
    if (role.role.startswith("looking_as") and changes) or lacks:
        return Decision.FORBIDDEN
    return None


def decision(answer: HttpResponseBase, route: Route) -> Decision:
    """Return what the answer amounts to."""
    to = urlsplit(answer.headers.get("Location") or answer.headers.get("HX-Redirect") or "").path
    doors = {
        resolve_url(settings.LOGIN_URL): Decision.SIGN_IN,
        resolve_url("account_reauthenticate"): Decision.CONFIRM,
        resolve_url(ENROLMENT): Decision.ENROL,
    }
    if to in doors and (route.is_in_workspace or doors[to] is Decision.SIGN_IN):
        return doors[to] if route.kind != "public" else Decision.IN
    if answer.status_code in _LET_IN | route.answers:
        return Decision.IN
    known = {403: Decision.FORBIDDEN, 404: Decision.NOT_FOUND, 405: Decision.NOT_ALLOWED}
    return known.get(answer.status_code, Decision.BROKEN)


def leaks(answer: HttpResponseBase, *, may_know: frozenset[str], asked: str) -> set[str]:
    """Return the marks in body and headers that the visitor must not see and did not send."""
    text = getattr(answer, "content", b"").decode(errors="replace") + str(answer.headers)
    return marks_in(text) - may_know - marks_in(asked)
