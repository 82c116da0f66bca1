"""When this process began: what was asked for before may have been sent by another one."""

from datetime import datetime

from django.utils import timezone


class _Process:
    began_at: datetime = timezone.now()


def began_at() -> datetime:
    """Return when this process began to send."""
    return _Process.began_at


def begin() -> None:
    """Say that a process begins now: it was forked, or the database under it was put back."""
    _Process.began_at = timezone.now()
