import dataclasses
import json
import pickle

import pytest

from vault.keyring import KeyRing, UnknownKeyError
from vault.sealing import BrokenSealError, Place, key_id_of, seal, unseal
from vault.secret import Secret

HERE = Place("accounts_connection", "api_secret", "1", "7")
ONE, TWO = KeyRing("one", {"one": bytes(32)}), KeyRing("two", {"two": b"2" * 32, "one": bytes(32)})
VALUE = "Canary0Secret"


def test_opens_where_it_belongs():
    assert unseal(seal(Secret(VALUE), HERE, ONE), HERE, ONE).reveal() == VALUE


@pytest.mark.parametrize("part", ["table", "column", "pk", "workspace"])
def test_opens_nowhere_else(part):
    elsewhere = dataclasses.replace(HERE, **{part: "9"})
    with pytest.raises(BrokenSealError):
        unseal(seal(Secret(VALUE), HERE, ONE), elsewhere, ONE)


def test_every_changed_byte_breaks_the_seal():
    record = seal(Secret(VALUE), HERE, ONE)
    for position in range(len(record)):
        changed = bytearray(record)
        changed[position] ^= 1
        with pytest.raises((BrokenSealError, UnknownKeyError)):
            unseal(bytes(changed), HERE, ONE)


def test_every_cut_breaks_the_seal():
    record = seal(Secret(VALUE), HERE, ONE)
    for length in range(len(record)):
        with pytest.raises((BrokenSealError, UnknownKeyError)):
            unseal(record[:length], HERE, ONE)


def test_two_records_of_one_secret_have_nothing_in_common_to_compare():
    records = {seal(Secret(VALUE), HERE, ONE) for _ in range(20)}
    assert len(records) == 20
    assert not any(VALUE.encode() in record for record in records)


def test_old_key_opens_and_new_key_seals():
    old = seal(Secret(VALUE), HERE, ONE)
    assert unseal(old, HERE, TWO).reveal() == VALUE
    assert key_id_of(seal(Secret(VALUE), HERE, TWO)) == "two"


def test_key_that_is_not_there_fails_closed():
    with pytest.raises(UnknownKeyError):
        unseal(seal(Secret(VALUE), HERE, TWO), HERE, ONE)


def test_secret_shows_itself_nowhere():
    secret = Secret(VALUE)
    assert VALUE not in f"{secret!r} {secret} {[secret]}"
    for leak in (pickle.dumps, json.dumps):
        with pytest.raises(TypeError):
            leak(secret)


def test_key_ring_shows_no_key_and_is_not_pickled():
    assert "keys" not in repr(TWO)
    with pytest.raises(TypeError):
        pickle.dumps(TWO)


@pytest.mark.parametrize(
    "value",
    ["", "one", "one:short", "one:" + "A" * 43, f"one:{'A' * 43}=,one:{'A' * 43}=", "a b:x"],
)
def test_bad_ring_is_refused_with_an_example(value):
    with pytest.raises(ValueError, match=r"base64|same id"):
        KeyRing.parse(value)
