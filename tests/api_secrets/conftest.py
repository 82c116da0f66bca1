"""The outbox's scene."""

from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)
