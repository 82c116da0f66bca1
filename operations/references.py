"""The name of an operation: unguessable, ours, and carried to Vonage and back in `reference`.

`SB`, four letters of this installation, sixteen at random, one to check: `SB7K2MABCD…`. A person
can read it out and a list of transfers can be searched for it. Vonage publishes no limit on the
length of a reference; these are 23 characters of A-Z and 2-7.
"""

import re
import secrets
import zlib

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PREFIX = "SB"
_CODE, _RANDOM = 4, 16
_FORM = re.compile(rf"{PREFIX}[A-Z2-7]{{{_CODE + _RANDOM + 1}}}")


def new_code() -> str:
    """Return letters for a new installation: one in a million has the same ones."""
    return _letters(_CODE)


def new_reference(code: str) -> str:
    """Return a reference that nobody can guess, of the installation with this code."""
    body = PREFIX + code + _letters(_RANDOM)
    return body + _check(body)


def is_reference(text: str) -> bool:
    """Return whether some installation of this product made that, as far as form can tell."""
    return bool(_FORM.fullmatch(text)) and _check(text[:-1]) == text[-1]


def is_of(text: str, code: str) -> bool:
    """Return whether it is a reference of the installation with this code."""
    return is_reference(text) and text[len(PREFIX) : len(PREFIX) + _CODE] == code


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _check(body: str) -> str:
    """Return a letter that 31 of 32 typing errors make another one."""
    return ALPHABET[zlib.crc32(body.encode()) % len(ALPHABET)]
