"""Which parts one installation has, how each is started and how it shows that it is ready."""

import sys
from functools import partial
from signal import SIGKILL

from dashboard.env import Env
from dashboard.supervisor import probes, redis_server
from dashboard.supervisor.addresses import redis_socket
from dashboard.supervisor.part import Part
from dashboard.supervisor.preflight import CannotStartError

# Seconds. A task that talks to Vonage ends after 45 s at the latest.
_WEB_GRACE = 10
_WORKER_GRACE = 60


def parts(env: Env) -> list[Part]:
    """Return the parts in the order of their start.

    Redis is ours unless REDIS_URL names one; the simulator stands in for Vonage unless told
    otherwise. Raises `CannotStartError` when there is no Redis server to start.
    """
    return [
        *([] if env.redis else [_redis(env)]),
        *([_simulator(env)] if env.simulated else []),
        _web(env),
        _worker(env),
        _beat(env),
    ]


def _redis(env: Env) -> Part:
    program = redis_server.find_server()
    if program is None:
        raise CannotStartError(
            "There is no Redis or Valkey server on this machine. Install one "
            "(apt install redis-server), or set REDIS_URL to one that runs elsewhere."
        )
    socket = redis_socket(env.home)
    try:
        redis_server.make_socket_folder(socket)
    except (redis_server.UnsafeFolderError, OSError) as error:
        raise CannotStartError(
            f"Redis cannot be started: {error}. Set TMPDIR to a folder of yours."
        ) from error
    return Part(
        name="redis",
        argv=redis_server.command(program, socket=socket, home=env.home),
        ready=probes.redis_answers(env.redis_url),
    )


def _simulator(env: Env) -> Part:
    return Part(
        name="simulator",
        argv=_python(
            *("simulator", "--port", str(env.simulator_port)),
            *("--subaccounts", "24", "--seed", "7", "--spend", "10", "--earlier-transfers"),
        ),
        env={
            "SIMULATOR_API_KEY": env.simulator_key,
            "SIMULATOR_API_SECRET": env.simulator_secret,
        },
        ready=probes.http_answers(env.simulator_port, "/healthz"),
    )


def _web(env: Env) -> Part:
    return Part(
        name="web",
        argv=_python(
            *("gunicorn", "dashboard.wsgi:application"),
            *("--bind", f"127.0.0.1:{env.port}"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
            *("--graceful-timeout", str(_WEB_GRACE - 2), "--log-level", "warning"),
            "--no-control-socket",
        ),
        ready=probes.http_answers(env.port, "/livez"),
        grace=_WEB_GRACE,
    )


def _worker(env: Env) -> Part:
    return Part(
        name="worker",
        argv=_celery(
            *("worker", "--pool", "threads", "--concurrency", "6", "--loglevel", "WARNING"),
            *("--queues", "celery,money"),
            # There is one worker: nobody to meet, and a second less to wait for.
            *("--without-mingle", "--without-gossip", "--without-heartbeat"),
        ),
        before=partial(probes.forget_worker, env.redis_url),
        ready=probes.worker_answers(env.redis_url),
        grace=_WORKER_GRACE,
        # Without Redis a worker cannot finish a task properly: it would wait for it for ever.
        death_signal=SIGKILL,
    )


def _beat(env: Env) -> Part:
    schedule = env.home / "celerybeat-schedule"
    return Part(
        name="beat",
        argv=_celery("beat", "--schedule", str(schedule), "--loglevel", "WARNING"),
    )


def _python(*module: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *module)


def _celery(*command: str) -> tuple[str, ...]:
    return _python("celery", "--quiet", "--app", "dashboard", *command)
