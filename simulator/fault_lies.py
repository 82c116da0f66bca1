"""What faults say instead of the truth: bodies, changed contents, dates to retry at."""

import gzip
import re
import struct
import uuid
import zlib
from collections.abc import Callable
from email.utils import formatdate
from functools import cache
from time import time
from typing import Any

RETRY_AFTER = 15  # seconds
MEGABYTE = 1024 * 1024
BOMB = 1024  # megabytes of zeros, packed into one
CRC_OF_BOMB = 0x5B64C2B0  # of so many zeros; to compute it takes a second
HUGE = 10  # megabytes


def html(_true_body: bytes) -> bytes:
    """Return a page as portals and proxies show it."""
    return b"<!doctype html><title>Welcome</title><p>Please sign in to the network.</p>"


def garbage(_true_body: bytes) -> bytes:
    """Return bytes that are nothing."""
    return bytes(range(256)) * 3


def huge(true_body: bytes) -> bytes:
    """Return the true object behind ten megabytes of padding."""
    padding = b'{"padding":"' + b"x" * HUGE * MEGABYTE + b'"'
    return padding + (b"," + true_body[1:] if true_body[:1] == b"{" else b"}")


@cache
def _bomb() -> bytes:
    """Return the packed zeros. Behind a full flush each megabyte is packed to the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    megabyte = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    head, tail = gzip.compress(b"", mtime=0)[:10], struct.pack("<II", CRC_OF_BOMB, BOMB * MEGABYTE)
    return head + megabyte * BOMB + packer.flush() + tail


def bomb(_true_body: bytes) -> bytes:
    """Return a gigabyte of zeros, packed into a megabyte."""
    return _bomb()


def other_amount(found: Any) -> None:
    """Say another amount than what was moved."""
    found["amount"] = found.get("amount", 0) + 1


def other_reference(found: Any) -> None:
    """Say another reference than what was sent."""
    found["reference"] = "somebody-else-" + uuid.uuid4().hex[:8]


def null_id(found: Any) -> None:
    """Say no id."""
    found["id"] = None


def twice_each_key(old: str) -> str:
    """Say two ids and two amounts; the second ones are true."""
    return f'{{"id":"{uuid.uuid4()}","amount":999999,{old[1:]}'


def amount(written: str) -> Callable[[str], str]:
    """Return the change that writes the amount in a way that is no JSON number."""

    def change(old: str) -> str:
        if '"amount":' in old:
            return re.sub(r'"amount":[^,}]+', f'"amount":{written}', old)
        return f'{{"amount":{written},{old[1:]}'

    return change


def no_rows(place: dict[str, Any], key: str) -> None:
    """Say that there are none."""
    place[key] = []


def no_key(place: dict[str, Any], key: str) -> None:
    """Say nothing of rows."""
    del place[key]


def other_key(place: dict[str, Any], key: str) -> None:
    """Spell the key otherwise, as one description does: `balance-transfers`."""
    other = key.replace("_", "-") if "_" in key else key.capitalize()
    place[other] = place.pop(key)


def half(place: dict[str, Any], key: str) -> None:
    """Leave out the second half, the older one where the newest come first."""
    place[key] = place[key][: len(place[key]) // 2]


def doubled(place: dict[str, Any], key: str) -> None:
    """Say each row twice."""
    place[key] = [row for row in place[key] for _ in range(2)]


def retry_past() -> str:
    """Return a date that is over."""
    return formatdate(time() - 3600, usegmt=True)


def retry_date() -> str:
    """Return a date that is near."""
    return formatdate(time() + RETRY_AFTER, usegmt=True)
