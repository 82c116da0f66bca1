"""The client against published bodies and our own, case by case.

The published ones are not part of the project. VONAGE_RECORDED names their folder, by default the
one beside the checkout.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from tests.vonage_api import cases
from vonage_api import errors
from vonage_api.outcomes import NotSent, Ok, Rejected, TurnedAway, Unknown
from vonage_api.report_bodies import Report

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
FOLDER = Path(os.environ.get("VONAGE_RECORDED", CHECKOUT.parent / "shared" / "vonage" / "recorded"))
INDEX = FOLDER / "index.json"


def index() -> dict[str, dict[str, Any]]:
    if not INDEX.exists():
        return {}
    return {f"{case['api']}/{case['case']}": case for case in json.loads(INDEX.read_text())}


PUBLISHED = index()
MISSING = f"NOT COMPARED WITH PUBLISHED ANSWERS: {INDEX} is missing; set VONAGE_RECORDED"
needs_published = pytest.mark.skipif(not PUBLISHED, reason=MISSING)


def rows(table: dict[str, Any]) -> list[Any]:
    return [
        pytest.param(name, row, id=f"{name}-{number}-{row.ask.name}")
        for name, asked in table.items()
        for number, row in enumerate(asked)
    ]


@needs_published
def test_every_published_case_has_a_row() -> None:
    assert set(cases.RECORDED) == set(PUBLISHED)
    assert all(cases.RECORDED.values())


@needs_published
@pytest.mark.parametrize(("name", "row"), rows(cases.RECORDED))
def test_published(server: Any, make_client: Any, tmp_path: Path, name: str, row: Any) -> None:
    case = PUBLISHED[name]
    body = (FOLDER / case["file"]).read_bytes() if case["file"] else b""
    if row.gives == "request":
        check_request(server, make_client, row, body)
    elif row.ask.name == "reports.download":
        check_download(server, make_client, tmp_path, body)
    else:
        server.answers(body, status=case["status"])
        check(run(make_client(server), row.ask), row)


@pytest.mark.parametrize(("name", "row"), rows(cases.EXAMPLES))
def test_example(server: Any, make_client: Any, body: Any, name: str, row: Any) -> None:
    server.answers(body(name))
    check(run(make_client(server), row.ask), row)


def test_every_example_has_a_row() -> None:
    refusals = {"audit", "legacy_pricing", "legacy_validation", "problem"}
    assert set(cases.EXAMPLES) | refusals == {path.stem for path in (HERE / "bodies").iterdir()}


def run(client: Any, asked: Any) -> Any:
    """Return what the call gives; an error that it raises, as a value."""
    try:
        found = attrgetter(asked.name)(client)(*asked.args, **asked.named)
        return tuple(found) if isinstance(found, Iterator) else found
    except errors.VonageError as error:
        return error


def check(found: Any, row: Any) -> None:
    assert describe(found) == row.gives
    for path, value in row.has.items():
        assert dig(found, path) == value, path
    assert "{" not in getattr(found, "title", "")


def describe(found: Any) -> str:
    match found:
        case Ok():
            return f"Ok {describe(found.value)}".removesuffix(" nothing")
        case Rejected() | TurnedAway() | NotSent() | Unknown():
            return f"{type(found).__name__} {describe(found.error)}"
        case None | ():
            return "nothing"
        case tuple():
            return f"{type(found[0]).__name__}[]"
    return type(found).__name__


def dig(found: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found[step]
        elif isinstance(found, Sequence):
            found = found[int(step)]
        else:
            found = getattr(found, step)
    return found


def check_request(server: Any, make_client: Any, row: Any, expected: bytes) -> None:
    server.answers(status=500)
    run(make_client(server), row.ask)
    [request] = server.requests
    sent, wanted = (json.loads(each, parse_float=Decimal) for each in (request.body, expected))
    for document in (sent, wanted):
        for name in ("date_start", "date_end"):  # one moment, written in two ways
            if name in document:
                document[name] = document[name].replace("+00:00", "Z")
    assert sent == wanted


def check_download(server: Any, make_client: Any, folder: Path, table: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report_MESSAGES_abcd1234_20250410.csv", table)
    server.answers(packed.getvalue(), headers={"Content-Type": "application/zip"})
    report = Report(id="ri-1", status="SUCCESS", download_url=f"{server.url}/v3/media/f-1")
    found = make_client(server).reports.download(report, to=folder / "report.zip")
    assert found.names == ("report_MESSAGES_abcd1234_20250410.csv",)
    with found.open(found.names[0]) as stream:
        assert stream.read() == table


@needs_published
def test_published_list_adds_up(server: Any, make_client: Any) -> None:
    server.answers((FOLDER / "subaccounts" / "list_own_balance.json").read_bytes())
    found = make_client(server).subaccounts.list()
    own = [found.primary.balance, *(item.balance for item in found.subaccounts)]
    assert sum(own) == found.total_balance
