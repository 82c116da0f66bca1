import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.supervisor.preflight import CannotStartError, make_home, port_is_free, sole_user

ROOT = Path(__file__).parents[2]
HOLDS = """
import pathlib, signal, sys
from dashboard.supervisor.preflight import sole_user
with sole_user(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    signal.pause()
"""


def test_home_is_made_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    make_home(home)
    assert home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("home", ["/sys/switchboard", "/dev/null/switchboard"])
def test_a_home_that_cannot_be_written_is_one_line(home: str) -> None:
    with pytest.raises(CannotStartError) as error:
        make_home(Path(home))
    assert str(error.value).count("\n") == 0
    assert f"The folder {home} cannot be written" in str(error.value)
    assert "SWITCHBOARD_HOME=" in str(error.value)


def test_a_second_one_is_refused_while_the_first_runs(tmp_path: Path) -> None:
    with sole_user(tmp_path), pytest.raises(CannotStartError, match="already runs"):  # noqa: SIM117
        with sole_user(tmp_path):
            pass
    with sole_user(tmp_path):
        pass


def test_a_crash_frees_the_folder(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path], cwd=ROOT, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(CannotStartError), sole_user(tmp_path):
            pass
        holder.kill()
    with sole_user(tmp_path):
        pass


def test_a_taken_port_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStartError) as error:
            port_is_free(port, variable="SIMULATOR_PORT")
    assert f"Port {port} cannot be used (address already in use)" in str(error.value)
    assert "SIMULATOR_PORT=" in str(error.value)


def test_a_port_just_given_back_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            served, _ = server.accept()
            served.close()  # this side closes first: its end lingers in TIME_WAIT
            assert client.recv(1) == b""
    port_is_free(port, variable="PORT")
