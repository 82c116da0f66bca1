"""The column that lists are sorted, paged and searched by."""

import unicodedata

LONGEST_NAME = 200
"""Characters of a name that count for the order; an index cannot hold names without end."""


LONGEST_KEY = 64


def is_key(text: str) -> bool:
    """Return whether the text can be an API key. Vonage's have 8 hex digits; we ask for less."""
    return 0 < len(text) <= LONGEST_KEY and text.isprintable()


def folded(text: str) -> str:
    """Return the text as it is compared: whatever its case, width or accents.

    So `Clínica` stands beside `Clinic`, `École` under E, and a search for `mowe` finds `Möwe`.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("\0", ""))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def listing_key(name: str, api_key: str) -> str:
    """Return the folded name, a tab, and the API key.

    Unique within a workspace since the key is, so it needs no second column to break ties; and
    one search in it finds names and keys. A tab sorts before every letter.
    """
    return f"{folded(name)[:LONGEST_NAME]}\t{folded(api_key)}"
