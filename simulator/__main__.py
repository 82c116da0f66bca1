"""`python -m simulator`: the simulator as a process of its own."""

import argparse
import errno
import gc
import os
import random
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import FrameType
from typing import NoReturn

from simulator import customer
from simulator.faults import Faults
from simulator.server import serve
from simulator.spend import SpendingClock

MOST_SUBACCOUNTS = 200_000
MOST_LATENCY = 60_000
MOST_SPENDING = 1_000_000
HIGHEST_PORT = 65_535
ABOUT = """\
A local stand-in for Vonage's account-side APIs, with a made-up customer and no outside traffic.
One server stands in for both hosts (api.nexmo.com and rest.nexmo.com): the path decides."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    options = read_options(arguments, os.environ)
    state = customer.build(
        subaccounts=options.subaccounts,
        seed=options.seed,
        api_key=options.api_key,
        api_secret=options.api_secret,
        provisioned=not options.unprovisioned,
    )
    gc.freeze()  # the customer stays: the garbage collector need not walk it again and again
    rng = random.Random(options.seed)  # noqa: S311 - it shall be foreseeable
    faults = Faults(latency_ms=options.latency)
    try:
        with serve(state, host=options.host, port=options.port, faults=faults) as running:
            say(f"The simulator answers at {running.url} for {options.subaccounts} subaccounts.")
            with SpendingClock(state, rate=options.spend, rng=rng):
                while True:
                    signal.pause()
    except (OSError, UnicodeError) as error:
        sys.stderr.write(_why_not(error, host=options.host, port=options.port))
        return 1


def _why_not(error: OSError | UnicodeError, *, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken; choose another with --port.\n"
    reason = getattr(error, "strerror", None) or "this is not a host name"
    return f"Cannot listen on {host}, port {port}: {reason}.\n"


def read_options(arguments: Sequence[str] | None, environ: Mapping[str, str]) -> argparse.Namespace:
    """Return the checked options; a bad one ends the process with one line and status 2."""
    parser = _parser(environ)
    options = parser.parse_args(arguments)
    if not options.api_key or not options.api_secret:
        parser.error(
            "the API key and the API secret are missing; give --api-key and --api-secret, "
            "or set SIMULATOR_API_KEY and SIMULATOR_API_SECRET"
        )
    if not re.fullmatch(r"[A-Za-z0-9_-]+", options.api_key):
        parser.error("--api-key has letters, digits, '_' and '-' only")
    return options


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Write the complaint and leave with status 2."""
        self.exit(2, f"simulator: {message} (--help explains)\n")


def _parser(environ: Mapping[str, str]) -> OneLineParser:
    parser = OneLineParser(
        prog="python -m simulator",
        description=ABOUT,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="name or IPv4 address to listen on (%(default)s)")
    add("--port", type=whole_number(0, HIGHEST_PORT), required=True, help="0 takes a free one")
    add(
        "--subaccounts",
        type=whole_number(0, MOST_SUBACCOUNTS),
        default=24,
        help=f"how many, at most {MOST_SUBACCOUNTS} (%(default)s)",
    )
    add("--seed", default="1", help="any text; the same seed gives the same customer (%(default)s)")
    add(
        "--api-key",
        default=environ.get("SIMULATOR_API_KEY", ""),
        help="of the primary account; else from the environment variable SIMULATOR_API_KEY",
    )
    add(
        "--api-secret",
        default=environ.get("SIMULATOR_API_SECRET", ""),
        help="of the primary account; better in the environment as SIMULATOR_API_SECRET, "
        "because the process list shows arguments",
    )
    add(
        "--spend",
        type=_rate,
        default=Decimal(0),
        metavar="RATE",
        help="EUR per minute that the customer uses on average (%(default)s: nothing moves)",
    )
    add(
        "--latency",
        type=whole_number(0, MOST_LATENCY),
        default=0,
        metavar="MS",
        help="milliseconds to wait before every answer but /healthz (%(default)s)",
    )
    add(
        "--unprovisioned",
        action="store_true",
        help="answer the subaccounts API with 403: Vonage did not open it for this account",
    )
    return parser


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return the type of an option: a whole number within bounds, both included."""

    def read(text: str) -> int:
        fits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if fits and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}, please")

    return read


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(-1)
    if not (rate.is_finite() and 0 <= rate <= MOST_SPENDING):
        raise argparse.ArgumentTypeError(f"a number from 0 to {MOST_SPENDING}, please")
    return rate


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def say(line: str) -> None:
    """Write a line for the person at the console, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
