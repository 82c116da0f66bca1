"""The way to Vonage. Connections stand above this package, which is told here how to open one."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from vonage_api import Timeouts, VonageClient

Opener = Callable[[int, Timeouts], AbstractContextManager[VonageClient]]

_openers: list[Opener] = []


class CannotConnectError(Exception):
    """There is nothing to ask Vonage with: no connection, or one that cannot be used."""


def opened_by(opener: Opener) -> None:
    """Say how a client of a workspace is made: `opener(workspace_id, timeouts)`.

    Outside transactions only. It raises `CannotConnectError` where it cannot.
    """
    _openers[:] = [opener]


def client(workspace_id: int, timeouts: Timeouts) -> AbstractContextManager[VonageClient]:
    """Return a client of the workspace, to be used as a context."""
    return _openers[0](workspace_id, timeouts)
