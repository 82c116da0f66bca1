"""Django's settings of the two databases."""

from typing import Any

from dashboard.env import Env


def database(env: Env) -> dict[str, Any]:
    """Return the settings of the configured database."""
    return _postgresql(env.database) if env.database else _sqlite(env)


def _sqlite(env: Env) -> dict[str, Any]:
    """Write-ahead log and immediate transactions: several processes write without "locked".

    Every commit is on the disk when it returns: what is about to be sent is written down first,
    and must still be there after a power cut.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": env.home / "switchboard.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": env.home / "test.sqlite3"},
    }


def _postgresql(parsed: dict[str, Any]) -> dict[str, Any]:
    return {
        **parsed,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **parsed.get("OPTIONS", {})},
    }
