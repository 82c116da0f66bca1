"""The whole product as processes: started, hurt, stopped."""

import asyncio
import os
import re
import secrets
import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from dashboard.supervisor.addresses import redis_socket
from dashboard.supervisor.probes import worker_answers

pytestmark = [pytest.mark.start, pytest.mark.timeout(600)]

GIVEN = os.environ.get("DATABASE_URL", "")
FASTEST_STOP = 60  # seconds, on a machine that is very busy


def test_starts_heals_and_stops(product) -> None:
    process = product.up()
    product.until_ready()
    assert product.get("/livez") == 200
    assert product.get("/healthz", variable="SIMULATOR_PORT") == 200
    assert [word in product.output for word in ("/setup/", "API key", "API secret")] == [True] * 3

    assert "already runs with the folder" in product.refusal()

    for name, pattern in (("worker", r"celery .*\bworker\b"), ("redis", "valkey|redis-server")):
        killed = product.part(pattern)
        killed.kill()
        death = f"{name:9} | was killed by SIGKILL; starting it again"
        product.until(lambda death=death: death in product.output)
        product.until(lambda killed=killed, p=pattern: product.part(p) not in {None, killed})
    product.until(lambda: asyncio.run(worker_answers(f"unix://{product.home}/redis.sock?db=0")()))
    assert product.get("/livez") == 200

    process.send_signal(signal.SIGINT)
    assert process.wait(FASTEST_STOP) == 0
    assert product.left() == []
    assert not (product.home / "redis.sock").exists()


def test_a_hang_up_stops_all_and_the_next_start_finds_its_data(product) -> None:
    process = product.up("--demo")
    product.until_ready()
    for name in ("owner", "administrator", "finance", "operator", "customer"):
        assert re.search(rf"user name {name} +password \S{{16}} ", product.output)
    process.send_signal(signal.SIGHUP)
    assert process.wait(FASTEST_STOP) == 0
    assert product.left() == []

    product.output_path.write_text("")
    began = time.monotonic()
    product.up()
    product.until_ready()
    assert time.monotonic() - began < 30
    assert "/setup/" not in product.output
    assert "/sign-in/" in product.output


def test_killing_the_supervisor_leaves_nothing(product) -> None:
    process = product.up()
    product.until_ready()
    assert product.part("valkey|redis-server")
    assert len(product.left()) >= 7
    process.kill()
    process.wait()
    product.until(lambda: product.left() == [])


def test_live_starts_no_simulator(product) -> None:
    process = product.up("--live")
    product.until_ready()
    assert "simulator |" not in product.output
    assert "API secret" not in product.output
    process.send_signal(signal.SIGTERM)
    assert process.wait(FASTEST_STOP) == 0
    assert product.left() == []


@pytest.mark.parametrize("variable", ["PORT", "SIMULATOR_PORT"])
def test_a_taken_port_is_one_line(product, variable: str) -> None:
    with socket.create_server(("127.0.0.1", int(product.env[variable]))):
        said = product.refusal()
    assert said.startswith(f"Port {product.env[variable]} cannot be used (address already in use)")
    assert f"{variable}=" in said


def test_a_home_that_cannot_be_written_is_one_line(product) -> None:
    said = product.refusal(SWITCHBOARD_HOME="/sys/switchboard")
    assert said.startswith("The folder /sys/switchboard cannot be written")


def test_a_wrong_variable_is_one_line(product) -> None:
    assert product.refusal(PORT="abc").startswith("PORT: 'abc' is not a whole number")


def test_a_database_that_does_not_answer_is_one_line(product) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        said = product.refusal(DATABASE_URL=f"postgres://me:hidden@127.0.0.1:{port}/none")
    assert said.startswith("The database does not answer (connection")
    assert "DATABASE_URL" in said
    assert "hidden" not in said


def test_demo_people_are_refused_beside_the_real_vonage(product) -> None:
    assert "simulator only" in product.refusal("--demo", "--live")


def test_a_long_data_folder_gets_its_socket_elsewhere(product, tmp_path: Path) -> None:
    product.env["SWITCHBOARD_HOME"] = str(tmp_path / ("long" * 30))
    process = product.up()
    product.until_ready()
    socket_folder = redis_socket(product.home).parent
    assert socket_folder.stat().st_mode & 0o777 == 0o700
    process.send_signal(signal.SIGINT)
    assert process.wait(FASTEST_STOP) == 0
    assert product.left() == []
    socket_folder.rmdir()


if GIVEN:

    def test_uses_the_services_that_it_is_given(product) -> None:
        with psycopg.connect(GIVEN, autocommit=True) as server:
            name = f"start_{secrets.token_hex(4)}"
            server.execute(f"CREATE DATABASE {name}")
        product.env["DATABASE_URL"] = urlunsplit(urlsplit(GIVEN)._replace(path=name))
        product.env["REDIS_URL"] = urlunsplit(
            urlsplit(os.environ["REDIS_URL"])._replace(path="/15")
        )
        process = product.up()
        product.until_ready()
        assert product.get("/livez") == 200
        assert "redis     |" not in product.output
        process.send_signal(signal.SIGINT)
        assert process.wait(FASTEST_STOP) == 0
        assert product.left() == []
