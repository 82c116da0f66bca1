"""Parsers of environment variables: text in, value out, `ValueError` with a plain sentence."""

import ipaddress
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url

from vault.keyring import KeyRing

T = TypeVar("T")

DAY = 24 * 60 * 60
SHORTEST_KEY = 32
_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


def text(value: str) -> str:
    """Return the value as it is."""
    return value


def flag(value: str) -> bool:
    """Return whether the value says yes."""
    if value.lower() not in _YES | _NO:
        raise ValueError(f"{value!r} is neither yes nor no")
    return value.lower() in _YES


def number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from `lowest` to `highest`."""

    def parse(value: str) -> int:
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            raise ValueError(f"{value!r} is not a whole number from {lowest} to {highest}")
        return int(value)

    return parse


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """Return a parser that takes nothing for an answer too."""
    return lambda value: parse(value) if value else None


port = number(1, 65535)


def mail_addresses(value: str) -> tuple[str, ...]:
    """Return mail addresses that were given with commas between."""
    found = tuple(each.strip() for each in value.split(",") if each.strip())
    for each in found:
        name, _, domain = each.rpartition("@")
        if not (name and domain and each.isprintable() and " " not in each):
            raise ValueError(f"{each!r} is not a mail address")
    return found


def folder(value: str) -> Path:
    """Return an absolute path."""
    return Path(value).expanduser().absolute()


def secret_key(value: str) -> str:
    """Return a key long enough to sign with."""
    if len(value) < SHORTEST_KEY:
        raise ValueError(
            f"it needs at least {SHORTEST_KEY} random characters; `./run` makes one, or: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return value


def key_ring(value: str) -> KeyRing:
    """Return the ring of keys that seal stored secrets."""
    return KeyRing.parse(value)


def database(value: str) -> dict[str, Any] | None:
    """Return Django's settings of a PostgreSQL address, or None for SQLite at home."""
    if not value:
        return None
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise ValueError("it must look like postgres://user:password@host:5432/name")
    return dict(dj_database_url.parse(value))


def redis_address(value: str) -> str:
    """Return the address of a Redis or Valkey server."""
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("it must look like redis://:password@host:6379/0 or unix:///path?db=0")
    return value


def origin(value: str) -> str:
    """Return scheme and host, without a path."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname or _has_path(value)):
        raise ValueError("it must look like https://switchboard.example.com, without a path")
    _ = parts.port  # which says so itself where it is none
    return value.rstrip("/")


def address(value: str) -> str:
    """Return the base address of an API: https, or http on this machine only.

    The API secret travels in a header of every call, so nothing unencrypted leaves the machine.
    """
    if not value:
        return ""
    parts = urlsplit(value)
    plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not parts.hostname or _has_path(value) or not (plain or parts.scheme == "https"):
        raise ValueError("it must be https://host, or http:// to this machine")
    return value.rstrip("/")


def issuer(value: str) -> str:
    """Return the address of an identity provider: https, or http on this machine only.

    It may have a path, which names the customer at many providers.
    """
    parts = urlsplit(value)
    plain = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    more = parts.query or parts.fragment or parts.username
    if value and (not parts.hostname or more or not (plain or parts.scheme == "https")):
        raise ValueError("it must look like https://login.example.com/tenant")
    return value


def domains(value: str) -> tuple[str, ...]:
    """Return mail domains in small letters."""
    names = tuple(name.strip().lower() for name in value.split(",") if name.strip())
    if any("@" in name or "*" in name or "." not in name for name in names):
        raise ValueError("name domains as in example.com,example.org")
    return names


def hosts(value: str) -> tuple[str, ...]:
    """Return host names; a star would answer to any and is refused."""
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if any("*" in name for name in names):
        raise ValueError("name the hosts; * would let anyone choose the links in mails")
    return names


def mail_security(value: str) -> str:
    """Return how the connection to the mail server is protected."""
    if value not in {"starttls", "tls", "none"}:
        raise ValueError(f"{value!r} is none of starttls, tls, none")
    return value


def time_zone(value: str) -> str:
    """Return the name of a time zone that this machine knows."""
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{value!r} is not a time zone, such as Europe/Berlin")
    return value


def log_level(value: str) -> str:
    """Return the name of a level of logging."""
    if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError(f"{value!r} is none of DEBUG, INFO, WARNING, ERROR")
    return value.upper()


def _has_path(value: str) -> bool:
    parts = urlsplit(value)
    return bool(parts.path.rstrip("/") or parts.query or parts.fragment or parts.username)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
