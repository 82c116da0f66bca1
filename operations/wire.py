"""The way to Vonage. Connections stand above this package, which is told here how to open one."""

from contextlib import AbstractContextManager
from typing import Protocol

from vonage_api import Priority, Timeouts, VonageClient


class Opener(Protocol):
    """Makes a client of a workspace, to be used as a context."""

    def __call__(
        self, workspace_id: int, timeouts: Timeouts, *, priority: Priority
    ) -> AbstractContextManager[VonageClient]:
        """Return it, or raise `CannotConnectError`."""


_openers: list[Opener] = []


class CannotConnectError(Exception):
    """There is nothing to ask Vonage with: no connection, or one that cannot be used."""


def opened_by(opener: Opener) -> None:
    """Say how a client of a workspace is made.

    Outside transactions only. It raises `CannotConnectError` where it cannot.
    """
    _openers[:] = [opener]


def client(
    workspace_id: int, timeouts: Timeouts, *, priority: Priority = Priority.PERSON
) -> AbstractContextManager[VonageClient]:
    """Return a client of the workspace, to be used as a context.

    priority: whose turn it is where permits are short. People wait for operations; what nobody
    waits for steps back.
    """
    return _openers[0](workspace_id, timeouts, priority=priority)
