"""Spoilt answers: the client raises its own errors, nothing else, and returns nothing half-read."""

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vonage_api import cases
from tests.vonage_api.test_cases import rows, run
from vonage_api import errors
from vonage_api.exchange import Answer
from vonage_api.outcomes import NotSent, Ok, Rejected, TurnedAway, Unknown
from vonage_api.secret import Secret

OUTCOMES = (Ok, Rejected, TurnedAway, NotSent, Unknown)
EXAMPLES = [row for row in rows(cases.EXAMPLES) if "legacy_pair" not in row.id]

# Raw JSON, put in the place of any value. Some are no JSON at all.
WRONG = [
    "null", "true", "0", "-1", "1.5", "1e400", "-1e400", "1e999999999", "NaN", "-Infinity",
    "1" * 400, "1" * 5000, '""', '"x"', '"0a1b"', '"\\u0000"', '"\\ud800"', '"NaN"', '"1e400"',
    "[]", "[null]", "[[]]", "{}", '{"a": 1}', '{"a": 1, "a": 2}', "[" * 2000, '{"a":' * 2000,
    "01", "1,", "", "'x'", '"2024-13-45T99:99:99Z"', '"' + "x" * 100_000 + '"',
]  # fmt: skip
HOLE = "\x01hole\x01"


@pytest.fixture
def hears(make_client: Any) -> Any:
    """Run a call with an answer of our choice, without a socket."""
    client = make_client("http://127.0.0.1:9")

    def hear(asked: Any, body: bytes, status: int = 200) -> Any:
        answer = Answer(status=status, body=body)
        client._transport._exchange = lambda *_: answer
        client._writer._exchange = lambda *_: answer
        client._writer._prepare = lambda *_: None
        return run(client, asked)

    return hear


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container and key of a document."""
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, value in list(items):
        yield document, key
        yield from places(value)


def spoilt(document: Any) -> Iterator[bytes]:
    """Yield the document with each value replaced, taken away, or given twice."""
    for holder, key in places(document):
        kept = holder[key]
        holder[key] = HOLE
        start, end = json.dumps(document).split(json.dumps(HOLE))
        holder[key] = kept
        for raw in WRONG:
            yield f"{start}{raw}{end}".encode(errors="surrogatepass")
        if isinstance(holder, dict):
            twice = f"{json.dumps(kept)}, {json.dumps(key)}: {json.dumps(kept)}"
            yield f"{start}{twice}{end}".encode()
            rest = {name: value for name, value in holder.items() if name != key}
            whole = dict(holder)
            holder.clear()
            holder.update(rest)
            yield json.dumps(document).encode()
            holder.clear()
            holder.update(whole)


def check_whole(found: Any) -> None:
    """Fail unless what came is an error of ours, or each of its fields has its declared type."""
    if isinstance(found, errors.VonageError):
        assert found.__context__ is None
    elif isinstance(found, OUTCOMES):
        check_whole(found.value if isinstance(found, Ok) else found.error)
    elif isinstance(found, tuple):
        for each in found:
            check_whole(each)
    elif isinstance(found, msgspec.Struct):
        plain = msgspec.to_builtins(found, enc_hook=lambda secret: secret.reveal())
        again = msgspec.convert(plain, type(found), dec_hook=lambda _, text: Secret(text))
        assert type(again) is type(found)
        for name in ("created", "received"):
            getattr(found, name, None)
        for each in getattr(found, "subaccounts", ()):
            assert each.created.tzinfo
    else:
        assert found is None or isinstance(found, dict)


@pytest.mark.parametrize(("name", "row"), EXAMPLES)
def test_a_wrong_value_in_each_place(hears: Any, body: Any, name: str, row: Any) -> None:
    document = json.loads(body(name))
    seen = 0
    for answer in spoilt(document):
        check_whole(hears(row.ask, answer))
        seen += 1
    assert seen > len(WRONG)
    assert document == json.loads(body(name))


def test_a_required_field_that_is_missing_is_malformed(hears: Any, body: Any) -> None:
    required = {
        "balance": {"value", "autoReload"},
        "secret": {"id", "created_at"},
        "report": {"request_id", "request_status"},
        "event": {"id", "created_at"},
        "country_price": {"countryName", "dialingPrefix"},
        "prices_v2": {"page", "total_items", "total_pages"},
        "records": {"request_id", "request_status", "records", "items_count"},
        "subaccount": {"api_key", "suspended", "created_at", "use_primary_account_balance"},
    }
    for name, fields in required.items():
        row = cases.EXAMPLES[name][0]
        for field in fields:
            document = json.loads(body(name))
            del document[field]
            found = hears(row.ask, json.dumps(document).encode())
            assert isinstance(found, errors.Malformed), (name, field)


def test_unknown_fields_are_ignored(hears: Any, body: Any) -> None:
    for name, asked in cases.EXAMPLES.items():
        document = json.loads(body(name), parse_float=Decimal)
        for holder in [document, *(each[key] for each, key in places(document))]:
            if isinstance(holder, dict):
                holder["a_field_of_tomorrow"] = {"any": ["thing"]}
        answer = msgspec.json.Encoder(decimal_format="number").encode(document)
        for row in asked:
            before, after = hears(row.ask, body(name)), hears(row.ask, answer)
            assert type(after) is type(before), name


def test_a_list_without_its_key_is_never_empty(hears: Any) -> None:
    for asked in (
        cases.BALANCES, cases.CREDITS, cases.SECRETS, cases.LIST, cases.ALL, cases.PREFIX,
        cases.RECORDS, cases.REPORTS, cases.TYPES, cases.EVENTS, cases.PRICES,
    ):  # fmt: skip
        for answer in (b"{}", b'{"_embedded": {}}', b'{"count": 0}', b"[]", b"null", b""):
            assert isinstance(hears(asked, answer), errors.Malformed), asked


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    noise=st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
        ).map(lambda value: json.dumps(value).encode(errors="surrogatepass")),
    ),
    row=st.sampled_from([each.values[1] for each in EXAMPLES]),
    status=st.sampled_from([200, 201, 204, 301, 400, 401, 403, 404, 409, 420, 422, 429, 500, 599]),
)
def test_noise(hears: Any, noise: bytes, row: Any, status: int) -> None:
    found = hears(row.ask, noise, status)
    check_whole(found)
    assert not isinstance(found, Ok) or (status, noise) == (204, b"")


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(example=st.sampled_from(EXAMPLES), seed=st.integers(0, 2**32))
def test_bytes_changed_on_the_way(hears: Any, body: Any, example: Any, seed: int) -> None:
    name, row = example.values
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    answer = bytearray(body(name))
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(answer))
        answer[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    check_whole(hears(row.ask, bytes(answer)))
