"""The options of `python -m simulator`."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

from simulator import fault_kinds, faults
from simulator.faults import Faults
from simulator.records import PLENTY

MOST_SUBACCOUNTS = 200_000
MOST_LATENCY = 60_000
MOST_SECONDS = 86_400
MOST_SPENDING = 1_000_000
HIGHEST_PORT = 65_535
ABOUT = """\
A local stand-in for Vonage's account-side APIs, with a made-up customer and no outside traffic.
One server stands in for both hosts (api.nexmo.com and rest.nexmo.com): the path decides."""
MORE = """\
On the admin port: / is a page for people; GET /faults /ledger /transfers /invariants /accounts
/switches; POST /faults /faults/rules /faults/mend /switches /provision /tier /clock /spend /pay
/funds /suspend /numbers /reports /audit, each with JSON. `GET /faults` explains every fault."""


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
    if (options.tls_cert is not None) != options.tls:
        parser.error("--tls and --tls-cert go together")
    return options


class OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Write the complaint and leave with status 2."""
        self.exit(2, f"simulator: {message} (--help explains)\n")


def plan(options: argparse.Namespace) -> Faults:
    """Return the faults that the options ask for."""
    return Faults(
        latency_ms=options.latency,
        share=float(options.faults),
        seed=options.faults_seed,
        kinds=faults.without(options.faults_without) if options.faults_without else (),
        hang_s=options.hang,
        late_s=options.late,
    )


def switches(options: argparse.Namespace) -> dict[str, Any]:
    """Return the switches that the options ask for, by name."""
    trx, amount = options.auto_reload or ("", Decimal(0))
    return {
        "provisioned": not options.unprovisioned,
        "max_subaccounts": options.max_subaccounts,
        "own_balances": not options.no_own_balances,
        "transfers": not options.no_transfers,
        "strict_reports": options.strict_reports,
        "report_seconds": options.report_seconds,
        "number_failures_as_200": options.number_failures_as_200,
        "problem_401": options.problem_401,
        "auto_reload_trx": trx,
        "auto_reload_amount": amount,
    }


def _parser(environ: Mapping[str, str]) -> OneLineParser:
    parser = OneLineParser(
        prog="python -m simulator",
        description=ABOUT,
        epilog=MORE,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _customer(parser, environ)
    _serving(parser)
    _behaviour(parser)
    _faults(parser)
    return parser


def _customer(parser: OneLineParser, environ: Mapping[str, str]) -> None:
    add = parser.add_argument_group("the customer").add_argument
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
        "--earlier-transfers",
        action="store_true",
        help="the lists begin with a transfer a month to each subaccount with its own balance",
    )


def _serving(parser: OneLineParser) -> None:
    add = parser.add_argument_group("serving").add_argument
    add("--host", default="127.0.0.1", help="name or IPv4 address to listen on (%(default)s)")
    add("--port", type=whole_number(0, HIGHEST_PORT), required=True, help="0 takes a free one")
    add(
        "--admin-port",
        type=whole_number(0, HIGHEST_PORT),
        help="answer there, on 127.0.0.1, for faults, ledger and status page (0 takes a free one)",
    )
    add("--tls", action="store_true", help="speak HTTPS only, with a certificate of our own making")
    add(
        "--tls-cert",
        type=Path,
        metavar="PATH",
        help="with --tls: write the certificate there, for clients to trust",
    )
    add(
        "--journal",
        type=Path,
        metavar="PATH",
        help="keep all changes in this file and continue from it; it wins over the options below",
    )
    add(
        "--journal-sync",
        choices=("always", "second", "never"),
        default="second",
        help="when to force the journal to the disk (%(default)s)",
    )


def _behaviour(parser: OneLineParser) -> None:
    add = parser.add_argument_group("behaviour").add_argument
    add(
        "--unprovisioned",
        action="store_true",
        help="answer the subaccounts API with 403: Vonage did not open it for this account",
    )
    add(
        "--max-subaccounts",
        type=whole_number(0, PLENTY),
        default=PLENTY,
        help="how many the tier allows (%(default)s)",
    )
    add("--no-own-balances", action="store_true", help="the tier allows shared balances only")
    add("--no-transfers", action="store_true", help="the tier allows no transfers of money")
    add(
        "--auto-reload",
        type=_auto_reload,
        metavar="TRX:EUR",
        help="auto-reload is on: a top-up with this reference adds so much",
    )
    add("--strict-reports", action="store_true", help="refuse sync reports over 24 hours")
    add(
        "--report-seconds",
        type=whole_number(0, MOST_SECONDS),
        default=2,
        help="how long an asynchronous report takes (%(default)s)",
    )
    add(
        "--number-failures-as-200",
        action="store_true",
        help="answer HTTP 200 around the body's error code 420",
    )
    add(
        "--problem-401",
        action="store_true",
        help="refuse credentials on the rest host with a problem document, as described in 2026",
    )


def _faults(parser: OneLineParser) -> None:
    add = parser.add_argument_group("faults").add_argument
    add(
        "--latency",
        type=whole_number(0, MOST_LATENCY),
        default=0,
        metavar="MS",
        help="milliseconds to wait before every answer but /healthz (%(default)s)",
    )
    add(
        "--faults",
        type=_share,
        default=Decimal(0),
        metavar="SHARE",
        help="of the POSTs, DELETEs and lists that are struck by a fault: 0 to 1 (%(default)s)",
    )
    add("--faults-seed", default="1", help="any text; it decides which (%(default)s)")
    add(
        "--faults-without",
        type=_kinds,
        default=(),
        metavar="A,B",
        help="leave these kinds of fault out",
    )
    add("--hang", type=_seconds, default=60, metavar="S", help="how long silence lasts (60)")
    add("--late", type=_seconds, default=5, metavar="S", help="how late a late deed is done (5)")


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return the type of an option: a whole number within bounds, both included."""

    def read(text: str) -> int:
        fits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        if fits and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"a whole number from {least} to {most}, please")

    return read


def _number(text: str, most: int) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 0 <= number <= most):
        raise argparse.ArgumentTypeError(f"a number from 0 to {most}, please")
    return number


def _rate(text: str) -> Decimal:
    return _number(text, MOST_SPENDING)


def _share(text: str) -> Decimal:
    return _number(text, 1)


def _seconds(text: str) -> float:
    return float(_number(text, MOST_SECONDS))


def _auto_reload(text: str) -> tuple[str, Decimal]:
    trx, colon, amount = text.rpartition(":")
    if not (trx and colon):
        raise argparse.ArgumentTypeError("a reference, a colon and an amount, please")
    return trx, _rate(amount)


def _kinds(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    unknown = [name for name in names if name not in fault_kinds.FAULTS]
    if unknown:
        known = ", ".join(fault_kinds.FAULTS)
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; there are {known}")
    return names
