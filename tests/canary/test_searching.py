"""The search finds what it is to find, in each form, and takes nothing else for it."""

import base64
import json
import os
import zlib
from urllib.parse import quote

import pytest
from django.core import signing

from tests.canary.canaries import Canary, Places

VALUE = "Kq7vTz2RmW9xBn4LcY8sHd3F"
SEED = "JBSWY3DPEHPK3PXPGEZDGNBVGY3TQOJQ"
CODE = "48151623"

LEAKS = {
    "plain": lambda v: f"secret={v};",
    "json": lambda v: json.dumps({"secret": v}),
    "basic authorization": lambda v: "Basic " + base64.b64encode(f"abcd1234:{v}".encode()).decode(),
    "other key before it": lambda v: base64.b64encode(f"abcd12345:{v}".encode()).decode(),
    "third alignment": lambda v: base64.b64encode(f"abcd123456:{v}".encode()).decode(),
    "for addresses": lambda v: base64.urlsafe_b64encode(f"~~~?{v}".encode()).decode(),
    "twice packed": lambda v: base64.b64encode(base64.b64encode(b"xy" + v.encode())).decode(),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "reversed": lambda v: v[::-1],
    "upper": str.upper,
    "percent": lambda v: "".join(f"%{ord(each):02X}" for each in v),
    "first half": lambda v: v[: len(v) // 2] + "…",
    "second half": lambda v: "…" + v[len(v) // 2 :],
    "half reversed": lambda v: v[: len(v) // 2][::-1],
    "half in base64": lambda v: base64.b64encode(b"a" + v[len(v) // 2 :].encode()).decode(),
    "session of Django": lambda v: signing.dumps({"a" * 200: v}, compress=True),
    "zlib": lambda v: base64.b64encode(zlib.compress(v.encode() * 4)).decode(),
    "bytes": lambda v: b"\x80\x05\x95" + v.encode() + b"\x00",
    "utf-16": lambda v: v.encode("utf-16-le"),
}


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("value", [VALUE, SEED])
def test_every_form_is_found(leak, value):
    places = Places()
    places.add("log", b"before ")
    places.add("log", LEAKS[leak](value))
    (found,) = places.search([Canary("the secret", value)])
    assert (found.canary, found.place) == ("the secret", "log")


def test_signs_that_are_escaped_in_addresses_and_pages_are_found():
    value = 'Fresh4Secret-"of" the+tests'
    for text in (quote(value), value.replace('"', "&quot;")):
        places = Places()
        places.add("page", text)
        assert places.search([Canary("odd", value)])


def test_short_one_is_found_as_a_word_only():
    short = Canary("code", CODE)
    for text, is_found in (
        (f"code={CODE}&", True),
        (f">{CODE}<", True),
        (base64.b64encode(CODE.encode()).decode(), True),
        (f"at 1{CODE}99", False),
        (f"9f{CODE}ab", False),
    ):
        places = Places()
        places.add("page", text)
        assert bool(places.search([short])) is is_found, text


def test_nothing_is_found_in_noise():
    places = Places()
    for _ in range(20):
        places.add("noise", os.urandom(50_000))
        places.add("noise", base64.b64encode(os.urandom(50_000)))
        places.add("noise", os.urandom(50_000).hex())
    canaries = [Canary("a", VALUE), Canary("b", SEED), Canary("c", CODE)]
    assert places.search(canaries) == []
    assert places.sizes()["noise"] > 3_000_000


def test_two_parts_make_no_secret_together():
    places = Places()
    places.add("log", VALUE[:9])
    places.add("log", VALUE[9:20])
    assert places.search([Canary("secret", VALUE)]) == []


def test_secret_that_is_too_short_to_be_looked_for_is_refused():
    with pytest.raises(AssertionError, match="too short"):
        Canary("pin", "1234")
