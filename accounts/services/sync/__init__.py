"""One reading of one workspace: claim, read, compare, write, release."""

from accounts.services.sync.claims import due, request_refresh, take
from accounts.services.sync.reading import run

__all__ = ["due", "request_refresh", "run", "take"]
