"""How names and keys are searched: inside from three characters on, at the beginning below that.

PostgreSQL knows how frequent a text is and finds its own way. SQLite does not, so it is asked
first whether a few accounts hold the text, which are then found and sorted, or so many that a walk
along the list soon meets a page of them.
"""

from enum import Enum
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL

from accounts.naming import folded

SHORTEST = 3
"""Characters from which on a text is looked for inside."""

FEW = 1_000
"""So many are found and sorted as fast as a page of them is met on a walk."""

_LAST = "\U0010ffff"
_FOUND = "SELECT rowid FROM accounts_account_search WHERE listing_key MATCH %s"


class How(Enum):
    """The form of the condition."""

    NOT = "everything fits"
    BEGINNING = "from the first value up to the second"
    INSIDE = "contains the first value"
    FOUND = "the full-text index has the first value"


class Search(NamedTuple):
    """A form, and the values in it."""

    how: How
    low: str = ""
    high: str = ""


def search_for(text: str) -> Search:
    """Return how to search for `text`, whatever its case."""
    wanted = folded(text)
    if not wanted:
        return Search(How.NOT)
    if len(wanted) < SHORTEST:
        return Search(How.BEGINNING, wanted, wanted + _LAST)
    if connection.vendor == "postgresql":
        return Search(How.INSIDE, f"%{connection.ops.prep_for_like_query(wanted)}%")
    quoted = '"' + wanted.replace('"', '""') + '"'
    return Search(How.FOUND, quoted) if _is_rare(quoted) else Search(How.INSIDE, wanted)


def condition(how: How, low: Any, high: Any, key: str) -> Q:
    """Return the condition on accounts. The values may be stand-ins, the key an annotation."""
    match how:
        case How.BEGINNING:
            return Q((f"{key}__gte", low), (f"{key}__lt", high))
        case How.INSIDE:
            text = low if isinstance(low, Value) else Value(low)
            # Where another column is walked along, that one says no before the account is read.
            found = Q(Contains(F("listing_key"), text))
            return found if key == "listing_key" else found & Q(Contains(F(key), text))
        case How.FOUND:
            return Q(pk__in=RawSQL(_FOUND, [low]))  # noqa: S611 - a constant with a parameter
    return Q()


class Contains(Func):
    """The first text contains the second, which PostgreSQL takes as a pattern."""

    conditional = True
    output_field = BooleanField()
    template = "instr(%(expressions)s) > 0"

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Return the form that the trigram index serves."""
        template = "%(expressions)s"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" LIKE ")


def _is_rare(quoted: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_FOUND} LIMIT {FEW})", [quoted])  # noqa: S608 - constants
        return int(cursor.fetchone()[0]) < FEW
