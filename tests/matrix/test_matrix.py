"""Every address x method x way of asking x visitor x object, against the reviewed tables.

For each cell: the decision is the expected one; a refusal, a GET or a HEAD changes nothing; nothing
appears that the visitor may not see; no answer may be kept by caches; and what is hidden answers
byte for byte as what does not exist. GET and POST are asked plainly and by htmx at every object,
and boosted at the first. The other methods are asked plainly: none has an answer of its own, since
HEAD is a GET without its body and the rest is refused before anything is looked up. PUT, which
stands for them, is asked at every object, the others at the first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import pytest
from django.db import transaction
from django.http import HttpResponseBase

from audit.events import Event
from audit.models import Entry
from audit.writing import record
from teams import viewing
from teams.capabilities import Capability, codes_of
from teams.presets import PRESETS
from tests.cast import Cast
from tests.matrix.browser import HEADERS, PROOFS, Browser
from tests.matrix.expectations import Decision, decision, expected, leaks, may_change
from tests.matrix.marks import known_to
from tests.matrix.places import Place, places, walked
from tests.matrix.tables import EVERYTHING, METHODS, SAFE, Role, Route, presets, roles, routes
from tests.matrix.watching import Watch

pytestmark = [pytest.mark.usefixtures("quiet"), pytest.mark.timeout(900)]

Gaps = list[str]
EVERYWHERE = {*product(("GET", "POST"), ("plain", "htmx")), ("PUT", "plain")}
WAYS = [way for way in product(METHODS, HEADERS) if way[0] in {"GET", "POST"} or way[1] == "plain"]
_WITHOUT_PAGE = {"/callbacks/reports/<token>/"}
"""Called by machines that see no page; tests/usage/test_callbacks.py shows that it does nothing."""
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


@dataclass
class Visit:
    """One visitor on the way through all cells."""

    role: Role
    cast: Cast
    browser: Browser
    watch: Watch
    cells: int = 0
    gaps: Gaps = field(default_factory=list)

    def go_through(self, route: Route) -> None:
        for method, headers in WAYS:
            hidden = set()  # apart for one's own workspace and for others
            there = list(places(route, self.role, self.cast))
            for place in there if (method, headers) in EVERYWHERE else there[:1]:
                answer = self._try(route, place, method, headers)
                if decision(answer, route) is Decision.NOT_FOUND:
                    hidden.add((place.is_inside, _signature(answer, place)))
            if len(hidden) > len({is_inside for is_inside, _ in hidden}):
                self.gaps.append(f"{method} {route.route}: what is hidden differs from what is not")

    def _form(self, route: Route) -> str:
        tag = self.cast.tags[(self.role.tags or ("spare",))[-1]]
        return route.form.format(tag=tag.pk)

    def _try(self, route: Route, place: Place, method: str, headers: str) -> HttpResponseBase:
        self.cells += 1
        with self.watch.one_cell():
            answer = self.browser.ask(method, place.path, form=self._form(route), headers=headers)
            changed = self.watch.found_a_change
        wanted, found = expected(route, self.role, place, method), decision(answer, route)
        told = leaks(answer, may_know=known_to(self.role), asked=f"{place.path} {HEADERS[headers]}")
        cell = f"{self.role.role} {method} {headers} {place.object} {route.route}"
        if found not in wanted:
            self.gaps.append(
                f"{cell}: {found} ({answer.status_code}) instead of {' or '.join(wanted)}"
            )
        if changed and not may_change(route, self.role, place, method):
            self.gaps.append(f"{cell}: something was changed")
        if told:
            self.gaps.append(f"{cell}: shows {sorted(told)}")
        self.gaps += [f"{cell}: {fault}" for fault in _faulty_headers(answer)]
        return answer


def _signature(answer: HttpResponseBase, place: Place) -> tuple[object, ...]:
    """Return all of an answer that a visitor can compare."""
    headers = {name: text for name, text in answer.headers.items() if name != "X-Request-ID"}
    content = _TOKEN.sub(b"", answer.content.replace(place.path.encode(), b""))
    return answer.status_code, content, str(headers)


def _faulty_headers(answer: HttpResponseBase) -> Iterator[str]:
    kept = {each.strip() for each in answer.headers.get("Cache-Control", "").split(",")}
    if not {"private", "no-store"} <= kept:
        yield f"Cache-Control is {answer.headers.get('Cache-Control')}"
    varies = {each.strip() for each in answer.headers.get("Vary", "").split(",")}
    if not {"Cookie", "HX-Request"} <= varies:
        yield f"Vary is {sorted(varies)}"


def _browser(role: Role, cast: Cast) -> Browser:
    others = {"owner": cast.owner, "stranger": cast.stranger, "invited": cast.invited}
    if role.role in {"anonymous", *others}:
        return Browser(others.get(role.role))
    if role.role.startswith("looking_as_"):
        return _looking(cast, role.role.removeprefix("looking_as_"))
    if role.role == "unconfirmed":
        return Browser(cast.members["administrator"].user, {PROOFS: []})
    return Browser(cast.members[role.role].user)


def _refuse_all_before(role: Role, cast: Cast) -> None:
    """Write down that the visitor was refused everything just now, as is done once in a while.

    Each cell is undone, so that each refusal would be a first one, whose entry is what costs most.
    """
    name = "administrator" if role.role.startswith("looking_as_") else role.role
    if member := cast.members.get(name):
        with transaction.atomic():
            for capability in Capability:
                record(
                    Event.ACCESS_DENIED,
                    actor=member.user,
                    workspace=cast.workspace,
                    new={"capability": capability.value},
                    outcome=Entry.Outcome.REFUSED,
                )


def _looking(cast: Cast, name: str) -> Browser:
    session: dict[str, object] = {}
    viewing.start(cast.actor("administrator"), session, member=cast.members[name])
    return Browser(cast.members["administrator"].user, session)


@pytest.mark.parametrize("name", roles())
def test_visitor_gets_where_the_table_says_and_nowhere_else(name, cast, record_property):
    role = roles()[name]
    _refuse_all_before(role, cast)
    visit = Visit(role, cast, _browser(role, cast), Watch())
    for route in routes().values():
        visit.go_through(route)
    record_property("cells", visit.cells)
    record_property("gaps", len(visit.gaps))
    record_property("routes", sorted(routes()))
    record_property("roles", [name])
    assert not visit.gaps, "\n".join(visit.gaps)


@pytest.mark.django_db
def test_table_has_every_address_and_no_other():
    assert sorted(walked()) == sorted(routes())
    assert len(walked()) > 20


def test_every_form_needs_the_token_of_its_page(cast, record_property):
    browser, watch, gaps = Browser(cast.owner), Watch(), []
    unsafe = [method for method in METHODS if method not in SAFE]
    pages = [route for route in routes().values() if route.route not in _WITHOUT_PAGE]
    cells = list(product(pages, unsafe, HEADERS))
    for route, method, headers in cells:
        place = next(places(route, roles()["owner"], cast))
        with watch.one_cell():
            answer = browser.ask(method, place.path, form=route.form, headers=headers, token=False)
            if answer.status_code != 403 or watch.found_a_change:
                gaps.append(f"{method} {route.route}: {answer.status_code}")
    record_property("cells", len(cells))
    record_property("gaps", len(gaps))
    assert not gaps


def test_presets_hold_what_the_table_says():
    held = {name: frozenset(codes_of(preset.mask)) for name, preset in PRESETS.items()}
    said = {name: codes for name, codes in presets().items() if name != EVERYTHING}
    assert held == said
    assert presets()[EVERYTHING] == {each.value for each in Capability}


def test_watch_sees_a_change_and_undoes_it(cast):
    watch = Watch()
    browser = Browser(cast.owner)
    with watch.one_cell():
        browser.ask("POST", "/me/", form="time_zone=Asia/Tokyo")
        assert watch.found_a_change
    with watch.one_cell():
        browser.ask("GET", "/me/")
        assert not watch.found_a_change
    cast.owner.refresh_from_db()
    assert cast.owner.time_zone == ""
