"""Every recorded or published answer beside the simulator's: same keys, order, types, words."""

import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulator.cases import CASES, NOT_GIVEN, Case, Step, is_alternative

DEFAULT = Path(__file__).parents[2] / "../shared/vonage/recorded"
RECORDED = Path(os.environ.get("VONAGE_RECORDED", DEFAULT))

if not RECORDED.is_dir():
    if "VONAGE_RECORDED" in os.environ:
        raise FileNotFoundError(f"VONAGE_RECORDED names {RECORDED}, which is not a folder.")
    pytest.skip(
        "RECORDED ANSWERS ARE MISSING: set VONAGE_RECORDED to their folder, "
        "or the simulator is not compared with Vonage",
        allow_module_level=True,
    )

INDEX = {
    f"{row['api']}/{row['case']}": row for row in json.loads((RECORDED / "index.json").read_text())
}
FREE = {"context", "request_params"}  # objects of any shape
MAY_BE_NULL = {"name", "client_ref"}
WORDS = {"title", "error_title", "error", "message", "error-code", "error-code-label", "detail"}
WORDS |= {"reason", "code"}
INSERTED = re.compile(r"\b(?=[\w-]*\d)[\w-]{4,}\b|\b[A-Z]{5,}\b|asdfzxcv|\{\w+\}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT.*")


class Number(str):
    """A number, as it was written."""

    __slots__ = ()


def read(text: str) -> Any:
    return json.loads(text, parse_float=Number, parse_int=Number)


def kind(value: Any) -> str:
    if isinstance(value, Number):
        return "decimals" if "." in value else "whole"
    return type(value).__name__


def differences(theirs: Any, ours: Any, case: Case, *, strict: bool, at: str = "") -> list[str]:
    """Return where ours is not built as theirs; `strict`: a real recording, so order and dates."""
    key = at.rpartition(".")[2]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return _of_objects(theirs, ours, case, strict=strict, at=at)
    if isinstance(theirs, list) and isinstance(ours, list):
        return _of_lists(theirs, ours, case, strict=strict, at=at)
    if key in MAY_BE_NULL and "NoneType" in {kind(theirs), kind(ours)}:
        return []
    if kind(theirs) != kind(ours):
        both_numbers = isinstance(theirs, Number) and isinstance(ours, Number)
        return [] if both_numbers and case.any_number else [f"{at}: {theirs!r} and {ours!r}"]
    if strict and isinstance(theirs, str) and DATE.fullmatch(theirs):
        same = re.sub(r"\d", "9", theirs) == re.sub(r"\d", "9", ours)
        return [] if same else [f"{at}: {theirs!r} and {ours!r}"]
    return []


def _of_objects(theirs: Any, ours: Any, case: Case, *, strict: bool, at: str) -> list[str]:
    if at.rpartition(".")[2] in FREE:
        return []
    wanted = [key for key in theirs if key not in case.without]
    found = [f"{at}.{key} is missing" for key in wanted if key not in ours]
    if not case.more:
        found += [f"{at}.{key} is too much" for key in ours if key not in theirs]
    in_order = strict and not case.more and not case.any_order
    if in_order and not found and list(ours) != wanted:
        found.append(f"{at}: order {wanted} and {list(ours)}")
    for key in wanted:
        if key in ours:
            found += differences(theirs[key], ours[key], case, strict=strict, at=f"{at}.{key}")
    return found


def _of_lists(theirs: Any, ours: Any, case: Case, *, strict: bool, at: str) -> list[str]:
    def alike(one: Any, other: Any) -> bool:
        return not differences(one, other, case, strict=strict, at=f"{at}[]")

    found = [
        f"{at}: nothing is like {one}" for one in theirs if not any(alike(one, o) for o in ours)
    ]
    if theirs and not case.more:
        unknown = [o for o in ours if not any(alike(one, o) for one in theirs)]
        found += [f"{at}: unknown {one}" for one in unknown]
    return found


def words(value: Any) -> list[str]:
    """Return what is said in an error, with keys and ids masked; types by their fragment."""
    if isinstance(value, list):
        return [text for item in value for text in words(item)]
    if not isinstance(value, dict):
        return []
    said = [INSERTED.sub("#", str(text)) for key, text in value.items() if key in WORDS]
    said += ["#" + value["type"].partition("#")[2]] if "type" in value else []
    return sorted(said + [text for item in value.values() for text in words(item)])


class Player:
    """Plays the steps of a case on a running simulator."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self._known = {name: key.api_key for name, key in stage.cast.items()}

    def play(self, step: Step, *, body: Any = None) -> requests.Response:
        url = self._stage.admin_url if step.by == "admin" else self._stage.url
        path = self.filled(step.path)
        content = self.filled(step.json if body is None else body)
        if path == "/only":
            return self._stage.keep_only({self._known[name] for name in content["keep"]})
        response = requests.request(
            step.method,
            path if path.startswith("http") else url + path,
            json=content,
            data=self.filled(step.form),
            params=self.filled(step.query),
            auth=self._auth(step.by),
            headers={"Accept": "application/json, application/octet-stream", **step.headers},
            timeout=20,
        )
        for name, place in step.keep.items():
            self._known[name] = _dig(response.json(), place)
        return response

    def filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\{(\w+)\}", lambda found: self._known[found[1]], value)
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.filled(item) for item in value]
        return value

    def _auth(self, by: str) -> Any:
        if by in {"", "admin"}:
            return None
        return self._stage.cast[by].basic if by in self._stage.cast else ("nobody", "Wr0ngSecret")


def _dig(content: Any, place: str) -> Any:
    for part in place.split("."):
        content = content[int(part)] if isinstance(content, list) else content[part]
    return content


def request_of(case: Case, stage: Any) -> Any:
    """Return the recorded request of a case, with keys that are ours."""
    if not case.sends:
        return None
    body = json.loads((RECORDED / INDEX[case.name]["file"]).read_text())
    ours = {"from": "primary", "to": "own", "account_id": "primary"}
    body = {
        k: stage.cast[ours[k]].api_key if k in ours and k in body else v for k, v in body.items()
    }
    if "account_id" in body:
        body["from"] = "447700900001"  # a filter, there
        body["to"] = "447700900000"
    elif "number" in body:
        body["number"] = "447700900000"
    elif "amount" in body:
        body["amount"] = 1.45
    return body


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, stage: Any) -> None:
    row, player = INDEX[case.name], Player(stage)
    for step in case.before:
        assert player.play(step).status_code in {200, 201, 204}, step
    response = player.play(case.step, body=request_of(case, stage))
    if case.sends:
        assert response.status_code == (422 if "422" in case.note else 200), response.text
    elif case.packed:
        archive = zipfile.ZipFile(io.BytesIO(response.content))
        header = archive.read(archive.namelist()[0]).decode().split("\n")[0]
        assert header == (RECORDED / row["file"]).read_text().strip()
    else:
        assert response.status_code == row["status"], response.text
        assert "X-Request-Id" in response.headers or case.before
        compare(case, row, response)


def compare(case: Case, row: dict[str, Any], response: requests.Response) -> None:
    if not row["file"] or row["status"] == 204:
        assert response.content == b""
        return
    strict = row["kind"] == "recorded"
    theirs, ours = read((RECORDED / row["file"]).read_text()), read(response.text)
    assert differences(theirs, ours, case, strict=strict) == []
    if row["status"] >= 400 and case.words:
        assert words(ours) == words(theirs)


def test_every_case_is_given_or_explained() -> None:
    explained = {case.name for case in CASES} | NOT_GIVEN.keys()
    rest = {name for name in INDEX if not is_alternative(name)}
    assert explained == rest
    assert len(CASES) == len({case.name for case in CASES})
    assert not {case.name for case in CASES} & NOT_GIVEN.keys()


PLAIN = Case("", Step("GET", "/"))


@pytest.mark.parametrize(
    "other",
    [
        '{"b": [null], "a": 1.0, "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1, "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [0.5], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [null], "created_at": "2024-01-01T00:00:00Z"}',
        '{"a": "1.0", "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}',
        '{"a": 1.0, "b": [null], "created_at": "2024-01-01T00:00:00.000Z", "c": 1}',
        '{"a": 1.0, "b": [null]}',
    ],
)
def test_the_comparison_sees_differences(other: str) -> None:
    one = read('{"a": 1.0, "b": [null], "created_at": "2024-01-01T00:00:00.000Z"}')
    same = read('{"a": 7.5, "b": [null, null], "created_at": "1999-12-31T23:59:59.999Z"}')
    assert differences(one, same, PLAIN, strict=True) == []
    assert differences(one, read(other), PLAIN, strict=True) != []


def test_the_comparison_hears_words() -> None:
    one = {"title": "No", "detail": "API key 'abc123' not found", "instance": "x"}
    assert words(one) == words({**one, "detail": "API key 'f00dbabe1' not found", "instance": "y"})
    assert words(one) != words({**one, "title": "Yes"})
    assert words({"type": "https://a/b#c"}) != words({"type": "https://a/b#d"})


@pytest.mark.parametrize("name", ["err_401_unauthorized", "err_403_unprovisioned"])
def test_the_type_of_a_problem_to_the_letter(stage: Any, name: str) -> None:
    (case,) = [case for case in CASES if case.name == f"subaccounts/{name}"]
    play = Player(stage).play
    for step in case.before:
        play(step)
    theirs = json.loads((RECORDED / f"subaccounts/{name}.json").read_text())
    assert play(case.step).json()["type"] == theirs["type"]
