"""Where Vonage answers, how long we wait and how often we ask. All times are in seconds."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """The two addresses of Vonage's APIs, as scheme://host[:port].

    Whether plain http is acceptable (a simulator on the same machine) is for the caller to decide.
    """

    api: str = "https://api.nexmo.com"
    rest: str = "https://rest.nexmo.com"

    def __post_init__(self) -> None:
        for name in ("api", "rest"):
            _check_host(name, getattr(self, name))


def _check_host(name: str, address: str) -> None:
    parts = urlsplit(address)
    # Whoever holds the address receives the credentials, so nothing unusual is let through.
    plain = address == f"{parts.scheme}://{parts.netloc}" and "@" not in address and parts.port != 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValueError(f"Host {name!r} must look like https://host or https://host:port.")


@dataclass(frozen=True, kw_only=True)
class Timeouts:
    """Longest waits: for the connection, for the next bytes, and for a call with its repetitions.

    `total` is by the clock on the wall; only a stuck name resolution can outlast it.
    """

    connect: float = 5
    read: float = 30
    total: float = 45

    def __post_init__(self) -> None:
        if min(self.connect, self.read, self.total) <= 0:
            raise ValueError("Timeouts must be greater than zero seconds.")


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How often a read is attempted; the waits between double from `first_wait` on.

    Each wait is drawn between zero and that value, so that many workers do not return at once.
    """

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 8

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.first_wait < 0 or self.longest_wait < 0:
            raise ValueError("At least one attempt is needed, and waits cannot be negative.")
