"""Installations of the product, with throw-away databases, on real servers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.databases import Database, Kind
from bench.inside import Inside
from bench.server import ROOT, Server, serve
from bench.vonage import Vonage
from tools.services import throw_away_keys

DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Installation:
    """The product with a database of its own; `cookie` is the owner's."""

    env: Mapping[str, str]
    database: Database
    cookie: str
    redis_pid: int

    def inside(self) -> Inside:
        """Return a process of it, as the background worker is one."""
        return Inside("bench.chores", self.env)

    @contextmanager
    def web(self, *, threads: int) -> Iterator[Server]:
        """Serve its pages until the block ends."""
        with serve(
            "dashboard.wsgi:application",
            env=self.env,
            cookie=self.cookie,
            database=self.database,
            others=(self.redis_pid,),
            threads=threads,
        ) as server:
            yield _after_a_first_visit(server)


class Installer:
    """Makes installations that mirror `vonage`: migrates once, then copies."""

    def __init__(
        self, kind: Kind, *, folder: Path, redis_url: str, redis_pid: int, vonage: Vonage
    ) -> None:
        self._kind = kind
        self._redis_pid = redis_pid
        self._vonage = vonage
        self._env = {
            **throw_away_keys(),
            "DJANGO_SETTINGS_MODULE": "bench.product_settings",
            "BENCH_STATIC_ROOT": str(folder / "staticfiles"),
            "REDIS_URL": redis_url,
            "VONAGE_API_URL": vonage.url,
            "VONAGE_REST_URL": vonage.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_LEVEL": "ERROR",
            # Nothing becomes old while it is measured.
            "SYNC_INTERVAL_SECONDS": str(DAY),
        }
        self._pristine = kind.create("pristine")
        self._manage("migrate")
        self._manage("collectstatic", "--noinput")
        with Inside("bench.chores", self._env | self._pristine.env) as inside:
            self._cookie: str = inside.do("furnish")

    @contextmanager
    def installation(self, name: str) -> Iterator[Installation]:
        """Give an installation that has read nothing yet, until the block ends."""
        database = self._kind.create(name, like=self._pristine)
        env = self._env | database.env
        try:
            yield Installation(env, database, self._cookie, self._redis_pid)
        finally:
            self._kind.drop(database)

    def _manage(self, *command: str) -> None:
        subprocess.run(
            (sys.executable, "manage.py", *command, "--verbosity", "0"),
            cwd=ROOT,
            env={**os.environ, **self._env, **self._pristine.env},
            check=True,
        )


def _after_a_first_visit(server: Server) -> Server:
    """Return the server with the cookies that a browser has after one page."""
    with server.connect() as connection:
        set_cookie = connection.get("/me/").header("set-cookie")
    return replace(server, cookie=f"{server.cookie}; {set_cookie.partition(';')[0]}")


@contextmanager
def floors(kind: Kind, *threads: int) -> Iterator[list[Server]]:
    """Serve the project that does nothing, on a database of the same kind, once per number."""
    database = kind.create("floor")
    env = {"DJANGO_SETTINGS_MODULE": "bench.floor.settings", "FLOOR_DATABASE_URL": database.url}
    signed_in = subprocess.run(
        (sys.executable, "-m", "bench.floor.sign_in"),
        cwd=ROOT,
        env={**os.environ, **env},
        check=True,
        capture_output=True,
        text=True,
    )
    cookie = f"sessionid={signed_in.stdout.strip()}"
    application = "bench.floor.wsgi:application"
    with ExitStack() as stack:
        stack.callback(kind.drop, database)
        yield [
            stack.enter_context(
                serve(application, env=env, cookie=cookie, database=database, threads=number)
            )
            for number in threads
        ]
