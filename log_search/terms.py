"""What is looked for. What may be somebody's is sealed, and leaves the row for Vonage only."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from accounts.models import Account
from log_search.models import Search
from vault.fields import seal_into, unseal_from
from vault.secret import Secret

LONGEST = timedelta(days=31)
"""So long a window may be."""

OPEN_TERMS = {"status": "status", "country": "country"}
SEALED_TERMS = {
    "from": "number from",
    "to": "number to",
    "number": "number",
    "client_ref": "client reference",
    "id": "record id",
}
"""Vonage's parameters, and the words for them that name nobody."""

_FROM_AND_TO = ("from", "to")
NUMBERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("SMS", "MESSAGES", "VOICE-CALL", "VOICE-FAILED", "VOICE-TTS", "ASR", "VERIFY-API"),
        _FROM_AND_TO,
    ),
    "VERIFY-V2": ("to",),
    "NUMBER-INSIGHT": ("number",),
}
"""By which numbers records of a product can be found."""


@dataclass(frozen=True)
class Wanted:
    """A question: of one account and product, in a window or by ids.

    terms: by `OPEN_TERMS`. sought: by `SEALED_TERMS`; ids with commas between them.
    """

    account: Account
    product: str
    direction: str
    starts_at: datetime | None
    ends_at: datetime | None
    terms: dict[str, str] = field(default_factory=dict)
    sought: dict[str, str] = field(default_factory=dict, repr=False)
    include_message: bool = False

    @property
    def kinds(self) -> list[str]:
        """By what it is narrowed, without saying to what."""
        named = {**OPEN_TERMS, **SEALED_TERMS}
        return [text for name, text in named.items() if name in self.terms or name in self.sought]

    @property
    def fingerprint(self) -> str:
        """Return what the same question has in common with this one.

        Keyed, since there are so few telephone numbers that a plain hash would give them away.
        """
        said = [
            *(self.account.pk, self.product, self.direction),
            *(str(each) for each in (self.starts_at, self.ends_at)),
            *(sorted(self.terms.items()), sorted(self.sought.items())),
            self.include_message,
        ]
        text = json.dumps(said)
        return salted_hmac("log_search.terms", text, algorithm="sha256").hexdigest()

    def without_message(self) -> "Wanted":
        """Return the same question without the texts of messages."""
        return replace(self, include_message=False)


def wanted_of(search: Search) -> Wanted:
    """Return what a search asked for."""
    return Wanted(
        account=search.account,
        product=search.product,
        direction=search.direction,
        starts_at=search.starts_at,
        ends_at=search.ends_at,
        terms=search.terms,
        sought=sought_of(search),
        include_message=search.include_message,
    )


def sought_of(search: Search) -> dict[str, str]:
    """Return the sealed terms."""
    return _opened(search, "sought")


def place_of(search: Search) -> tuple[tuple[str, str], ...]:
    """Return where the next page of the day begins; nothing where it is the first."""
    return tuple(_opened(search, "place").items())


def seal_terms(search: Search, column: str, values: dict[str, str]) -> None:
    """Put the values on the row, sealed; nothing where there are none."""
    if values:
        seal_into(search, column, Secret(json.dumps(values)))
    else:
        setattr(search, column, None)


def _opened(search: Search, column: str) -> dict[str, str]:
    if getattr(search, column) is None:
        return {}
    values: dict[str, str] = json.loads(unseal_from(search, column).reveal())
    return values
