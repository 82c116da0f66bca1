"""Whether two addresses are those of one place, so that a copy elsewhere is told from a move."""

from ipaddress import ip_address
from urllib.parse import urlsplit

THIS_MACHINE = "this machine"
_USUAL = {"http": 80, "https": 443}


def is_same_place(one: str, other: str) -> bool:
    """Return whether both addresses, `https://host:port`, lead to one installation."""
    return place_of(one) == place_of(other)


def place_of(address: str) -> tuple[str, int | None]:
    """Return host and port by which an address is told from others; no port where it is the usual.

    http and https are one place: whoever puts https in front of an installation has not moved it,
    and a host answers both at its usual ports. Addresses that only this machine can reach are one
    place whatever their port: a trial that takes another free port is still the same one.
    """
    parts = urlsplit(address.strip())
    host = (parts.hostname or "").rstrip(".")
    if _is_loopback(host):
        return THIS_MACHINE, None
    return host, None if parts.port == _USUAL.get(parts.scheme) else parts.port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
