"""Addresses of webhooks: which ones make sense, and what of one may be seen by anybody."""

from urllib.parse import urlsplit

LONGEST = 2_000
"""Characters. Ours: Vonage does not say how long one may be."""
PLACEHOLDER = "{api_key}"
_NEVER = frozenset(' "<>\\^`{|}')
"""What stands in addresses as %-codes only."""


class BadAddressError(ValueError):
    """An address that no webhook can have; the text is for the person."""


def checked(address: str) -> str:
    """Return the address, or raise `BadAddressError`. An empty one is fine: it switches off."""
    if not address:
        return ""
    if len(address) > LONGEST:
        raise BadAddressError(f"At most {LONGEST:,} characters.")
    if not address.isascii() or not address.isprintable() or not _NEVER.isdisjoint(address):
        raise BadAddressError("No spaces, braces, quotes or letters of other scripts: use %-codes.")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddressError("This is not an address.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise BadAddressError("A whole address, which begins with https:// or http://.")
    if "@" in parts.netloc:
        raise BadAddressError("No user name or password in the address. Vonage would not use them.")
    return address


def checked_template(address: str) -> str:
    """Return an address of a template, or raise `BadAddressError`."""
    checked(filled_in(address, "abcd1234"))
    return address


def filled_in(address: str, api_key: str) -> str:
    """Return an address of a template as it is for one account."""
    return address.replace(PLACEHOLDER, api_key)


def shown(address: str | None) -> str:
    """Return what Vonage tells as an address, fit for a page and for every database."""
    return "".join(filter(str.isprintable, address or ""))[: 2 * LONGEST]


def masked(address: str) -> str:
    """Return an address without what may be a token in it: for books and lists."""
    head, mark, _ = address.partition("#")[0].partition("?")
    return f"{head}{mark}…" if mark else head


def token_of(address: str | None) -> str:
    """Return the query of an address, which may be somebody's token; empty where there is none."""
    return (address or "").partition("#")[0].partition("?")[2]
