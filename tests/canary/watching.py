"""Everything that a run of the product leaves behind, gathered for the search."""

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import connection
from django.db.backends.signals import connection_created
from redis import Redis

from dashboard.logs import logging_config
from tests.canary.canaries import Places

UNWRITTEN = {
    "django.db.backends": "statements",
    "django.template": "contexts of pages",
    "urllib3.connectionpool": "addresses of calls",
}
"""What is said at DEBUG by loggers that `dashboard.logs.QUIET` keeps quiet, they or all above."""
ADMIN = ("Admin", "admin@example.com")


class Keeper(logging.Handler):
    """Keeps each record as the product would write it, by the name of its logger."""

    def __init__(self, places: Places) -> None:
        super().__init__(logging.DEBUG)
        self._places = places
        formatter = logging_config(level="DEBUG", as_json=True)["formatters"]["line"]
        self.setFormatter(formatter.pop("()")(**formatter))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it: statements and templates apart, since the product never writes them."""
        kind = UNWRITTEN.get(record.name.removesuffix(".schema"), f"log:{record.name}")
        self._places.add(kind, self.format(record))


@contextlib.contextmanager
def everything_logged(places: Places) -> Iterator[None]:
    """Let every logger say everything, also those that the product keeps quiet, and SQL."""
    keeper, root = Keeper(places), logging.getLogger()
    loggers = [each for each in root.manager.loggerDict.values() if hasattr(each, "level")]
    before = [(each, each.level, each.propagate, each.disabled) for each in (root, *loggers)]
    for each in (root, *loggers):
        each.setLevel(logging.DEBUG)
        each.propagate, each.disabled = True, False
    root.addHandler(keeper)
    connection_created.connect(_tell_sql)
    connection.force_debug_cursor = True
    try:
        yield
    finally:
        connection.force_debug_cursor = False
        connection_created.disconnect(_tell_sql)
        root.removeHandler(keeper)
        for each, level, propagate, disabled in before:
            each.level, each.propagate, each.disabled = level, propagate, disabled
        root.manager._clear_cache()


def _tell_sql(connection: Any, **_: Any) -> None:
    connection.force_debug_cursor = True


@contextlib.contextmanager
def redis_overheard(places: Places) -> Iterator[None]:
    """Keep every command that Redis is given by anybody, also of what is gone a moment later."""
    server = Redis.from_url(settings.ENV.redis_url)
    ready, over = threading.Event(), threading.Event()

    def listen() -> None:
        with server.monitor() as monitor:
            ready.set()
            while not over.is_set():
                heard = monitor.next_command()["command"]
                over.is_set() or places.add("redis commands", heard)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        over.set()
        server.ping()  # one more command, which lets the listener see that it is over
        thread.join(10)
        server.close()


def add_redis(places: Places) -> None:
    """Keep every key of Redis, with what it holds."""
    with Redis.from_url(settings.ENV.redis_url) as server:
        for key in server.scan_iter(count=1000):
            places.add("redis:names", key)
            places.add(f"redis:{_kind(key)}", _value(server, key))


def _kind(key: bytes) -> str:
    if b"sessions" in key:
        return "sessions"
    return "broker" if b"switchboard" not in key else "cache"


def _value(server: Redis, key: bytes) -> bytes:
    reading = {
        b"string": lambda: [server.get(key)],
        b"list": lambda: server.lrange(key, 0, -1),
        b"set": lambda: server.smembers(key),
        b"hash": lambda: [part for pair in server.hgetall(key).items() for part in pair],
        b"zset": lambda: server.zrange(key, 0, -1),
    }
    return b"\n".join(filter(None, reading[server.type(key)]()))


def add_database(places: Places) -> None:
    """Keep every column of every table, and the file itself where the database is one."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - its name
            names = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value)
                    places.add(f"column:{table}.{name}", raw)
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        for each in path.parent.glob(f"{path.name}*"):
            places.add("database file", each.read_bytes())


def add_mails(places: Places) -> None:
    """Keep every mail, those about errors apart from those to people."""
    for each in mail.outbox:
        kind = "error mail" if each.to == [ADMIN[1]] else f"mail:{each.subject.split(':')[0]}"
        parts = [body for body, _ in getattr(each, "alternatives", [])]
        places.add(kind, "\n".join([each.subject, each.body, *parts]))
        places.add("mail headers", str(each.message().items()))


def add_process(places: Places, pid: int | str) -> None:
    """Keep the command line and the environment of a process."""
    for name in ("cmdline", "environ"):
        places.add(f"process:{name}", (Path("/proc") / str(pid) / name).read_bytes())
