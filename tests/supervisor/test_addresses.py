import tempfile
from pathlib import Path

import pytest

from dashboard.supervisor.addresses import LONGEST_SOCKET_PATH, redis_socket


def test_lies_in_the_data_folder() -> None:
    assert redis_socket(Path("/srv/switchboard")) == Path("/srv/switchboard/redis.sock")


def test_a_long_path_gives_a_short_one_that_stays_the_same() -> None:
    home = Path("/srv") / ("a" * 90)
    socket = redis_socket(home)
    assert len(bytes(socket)) <= LONGEST_SOCKET_PATH
    assert socket == redis_socket(home)
    assert socket.parent != redis_socket(home / "other").parent
    assert socket.parent.parent == Path(tempfile.gettempdir())


def test_bytes_count_not_letters() -> None:
    assert not redis_socket(Path("/srv") / ("ä" * 45)).is_relative_to("/srv")


def test_a_long_temporary_directory_is_no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/srv/" + "t" * 90)
    assert len(bytes(redis_socket(Path("/srv") / ("a" * 90)))) <= LONGEST_SOCKET_PATH
