"""For load balancers and supervisors. Neither asks Vonage."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis, RedisError

from dashboard.settings import ENV
from teams.access import public
from vault.checking import WrongKeysError, check_keys
from vault.keyring import KeyRing


@public("a load balancer has no login")
def livez(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Answer 200 as long as the process can answer at all."""
    return HttpResponse("ok", content_type="text/plain")


@public("a load balancer has no login")
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - a view
    """Answer 200 where pages can be served, 503 where not; names the part, never its address.

    Pages work without Redis, so its absence is said but does not take the server out.
    """
    parts = {"database": _database(), "keys": _keys(ENV.key_ring), "redis": _redis()}
    ready = parts["database"] == parts["keys"] == "ok"
    return JsonResponse(parts, status=200 if ready else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return "migrations missing" if missing else "ok"


def _keys(ring: KeyRing) -> str:
    try:
        check_keys(ring)
    except (WrongKeysError, DatabaseError):
        return "wrong"
    return "ok"


def _redis() -> str:
    try:
        with Redis.from_url(ENV.redis_url, socket_connect_timeout=1, socket_timeout=1) as redis:
            redis.ping()
    except RedisError:
        return "unreachable"
    return "ok"
