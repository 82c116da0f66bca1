"""Secrets that are known strings, and every form in which they may have slipped out."""

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple
from urllib.parse import quote

SHORTEST_PIECE = 10
"""Of 62 signs: by chance once in 10^11 times what a whole run leaves behind."""

_ENCODED = re.compile(rb"[A-Za-z0-9+/_-]{32,}")
_ENOUGH = 1 << 20


@dataclass(frozen=True)
class Canary:
    """A secret by name.

    A value of less than `SHORTEST_PIECE` signs is looked for as a word of its own and in base64
    only, since its pieces and its hex are found anywhere by chance.
    """

    name: str
    value: str
    forms: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    _needles: list[bytes] = field(default_factory=list, compare=False, repr=False)

    def __post_init__(self) -> None:
        assert len(self.value) >= 8, f"{self.name} is too short to be looked for"
        self.forms.update(_forms(self.value))
        forms = set(self.forms.values())
        # Where a half is found the whole need not be looked for.
        within = {each for each in forms if any(x in each for x in forms - {each})}
        self._needles.extend(forms - within)

    def shown_by(self, data: bytes) -> str:
        """Return in which form the data shows it, empty where in none."""
        if len(self.value) < SHORTEST_PIECE:
            return self._word(data)
        if not any(each in data for each in self._needles):
            return ""
        return next(name for name, form in self.forms.items() if form in data)

    def _word(self, data: bytes) -> str:
        for name, form in self.forms.items():
            if form in data and re.search(rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" % form, data):
                return name
        return ""


class Found(NamedTuple):
    """A secret, where it was found, and in which form."""

    canary: str
    place: str
    form: str


def _forms(value: str) -> dict[str, bytes]:
    plain = value.encode()
    if len(value) < SHORTEST_PIECE:
        return {"plain": plain, "base64": base64.b64encode(plain)}
    half = len(plain) // 2
    made = {
        "plain": plain,
        "reversed": plain[::-1],
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "lower": value.lower().encode(),
        "upper": value.upper().encode(),
        "url": quote(value, safe="").encode(),
        "every sign as %": "".join(f"%{each:02X}" for each in plain).encode(),
        "html": escape(value).encode(),
        "utf-16": value.encode("utf-16-le"),
        **_base64("base64", plain),
    }
    if half >= SHORTEST_PIECE:
        made |= {"first half": plain[:half], "second half": plain[-half:]}
        made |= {"first half reversed": plain[:half][::-1], "second reversed": plain[-half:][::-1]}
        made |= _base64("base64 of the first half", plain[:half])
        made |= _base64("base64 of the second half", plain[-half:])
    return made


def _base64(name: str, plain: bytes) -> dict[str, bytes]:
    """Return what it looks like anywhere inside something longer, in both alphabets."""
    made: dict[str, bytes] = {}
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + plain)
        # Only signs of which every bit is the secret's own.
        core = text[-(-8 * offset // 6) : 8 * (offset + len(plain)) // 6]
        made[f"{name} at {offset}"] = core
        made[f"{name} at {offset}, for addresses"] = core.translate(bytes.maketrans(b"+/", b"-_"))
    return made


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yield the data, and what is packed within it: base64, and zlib in base64, as in sessions."""
    yield data
    for found in set(_ENCODED.findall(data)):
        text = found.translate(bytes.maketrans(b"-_", b"+/"))
        with suppress(ValueError):
            raw = base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + b"==")
            yield raw
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw, _ENOUGH)


class Places:
    """What was left behind, by place. Much of one kind is one place."""

    def __init__(self) -> None:
        self._parts: dict[str, list[bytes]] = {}

    def add(self, place: str, data: bytes | str) -> None:
        """Keep what was left in a place."""
        text = data.encode(errors="surrogatepass") if isinstance(data, str) else data
        self._parts.setdefault(place, []).append(text)

    def sizes(self) -> dict[str, int]:
        """Return how many bytes were seen of each kind of place: what stands before the colon."""
        sizes: dict[str, int] = {}
        for place, parts in self._parts.items():
            kind = place.partition(":")[0]
            sizes[kind] = sizes.get(kind, 0) + sum(map(len, parts))
        return sizes

    def search(self, canaries: Iterable[Canary]) -> list[Found]:
        """Return every secret that shows in some place, whatever is allowed."""
        wanted = list({each.value: each for each in canaries}.values())
        found: list[Found] = []
        for place, parts in self._parts.items():
            pieces = (piece for part in dict.fromkeys(parts) for piece in unpacked(part))
            # Each line once: pages, statements and commands repeat themselves a lot.
            data = b"\n".join({line: None for each in pieces for line in each.split(b"\n")})
            hits = ((each.name, each.shown_by(data)) for each in wanted)
            found += [Found(name, place, form) for name, form in hits if form]
        return found
