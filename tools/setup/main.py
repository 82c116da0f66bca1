import argparse
import os
import sys
from pathlib import Path

from tools.setup import assets
from tools.setup.failures import SetupError, advice_for_files
from tools.setup.home import home_folder, make_home, make_keys
from tools.setup.packages import Environment
from tools.setup.steps import Steps

ROOT = Path(__file__).parents[2]
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Set up the checkout, then become `manage.py up`; return an exit code when that is not so."""
    options = _parser().parse_args(arguments)
    try:
        python = _set_up(options, home_folder(ROOT))
        if not options.no_run and not options.assets_only:
            _run(python, options)
    except SetupError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(advice_for_files(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Sets up Switchboard in this checkout and starts it."
    )
    parser.add_argument("--demo", action="store_true", help="start with demo people")
    parser.add_argument("--live", action="store_true", help="start with Vonage, no simulator")
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--no-run", action="store_true", help="set up, do not start")
    parser.add_argument("--assets-only", action="store_true", help="only the front-end files")
    return parser


def _set_up(options: argparse.Namespace, home: Path) -> Path:
    make_home(home)
    log = home / "setup.log"
    log.write_text("")
    steps = Steps(log=log, say=_say)
    environment = Environment(ROOT)
    if not options.assets_only:
        make_keys(home)
        environment.install("dev" if options.dev else "embedded", steps)
    assets.bring(ROOT, steps)
    return environment.python


def _run(python: Path, options: argparse.Namespace) -> None:
    os.chdir(ROOT)
    os.environ["SWITCHBOARD_HOME"] = str(home_folder(ROOT))
    flags = [f"--{name}" for name in ("demo", "live") if getattr(options, name)]
    if options.live:
        os.environ["LIVE"] = "yes"
    os.execv(python, [str(python), "manage.py", "up", *flags])  # noqa: S606 (no shell is wanted)


def _say(text: str) -> None:
    print(text, flush=True)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return 1
