"""`python -m simulator`: the simulator as a process of its own."""

import argparse
import errno
import gc
import hashlib
import os
import random
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import FrameType
from typing import Any, NoReturn

from simulator import customer, earlier_transfers, options, tls
from simulator.admin import Admin
from simulator.journal import Journal, JournalError
from simulator.server import Server, answering, serve
from simulator.spend import SpendingClock
from simulator.state import State

LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    given = options.read_options(arguments, os.environ)
    state = customer.build(
        subaccounts=given.subaccounts,
        seed=given.seed,
        api_key=given.api_key,
        api_secret=given.api_secret,
    )
    if given.earlier_transfers:
        earlier_transfers.give(state)
    with ExitStack() as stack:
        try:
            keep(state, given, stack)
            context = tls.context(given.tls_cert) if given.tls else None
        except (OSError, ImportError, JournalError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        gc.freeze()  # the customer stays: the garbage collector need not walk it again and again
        return run(state, given, context, stack)


def keep(state: State, given: argparse.Namespace, stack: ExitStack) -> None:
    """Continue from the journal, where one is wanted; a new customer gets the given switches."""
    if given.journal is None:
        state.switch(**options.switches(given))
        return
    journal = Journal.open(given.journal, state, customer=_identity(given), sync=given.journal_sync)
    stack.callback(journal.close)
    if state.version == 0:
        state.switch(**options.switches(given))


def run(
    state: State, given: argparse.Namespace, context: ssl.SSLContext | None, stack: ExitStack
) -> int:
    """Serve until a signal comes; return 1 where host or port cannot be had."""
    faults, host, port = options.plan(given), given.host, given.port
    try:
        running = stack.enter_context(
            serve(state, host=host, port=port, faults=faults, tls=context)
        )
        say(f"The simulator answers at {running.url} for {given.subaccounts} subaccounts.")
        if given.admin_port is not None:
            host, port = LOOPBACK, given.admin_port
            admin = Server((host, port), Admin(state, faults))
            stack.enter_context(answering(admin))
            say(f"Its administration is at http://{host}:{admin.server_port}/.")
    except (OSError, UnicodeError) as error:
        sys.stderr.write(_why_not(error, host=host, port=port))
        return 1
    rng = random.Random(given.seed)  # noqa: S311 - it shall be foreseeable
    with SpendingClock(state, rate=given.spend, rng=rng):
        while True:
            signal.pause()


def _identity(given: argparse.Namespace) -> dict[str, Any]:
    """Return what makes the customer; the secret only as a digest."""
    digest = hashlib.sha256(f"{given.api_key}:{given.api_secret}".encode()).hexdigest()
    return {
        "seed": given.seed,
        "subaccounts": given.subaccounts,
        "api_key": given.api_key,
        "secret": digest,
    }


def _why_not(error: OSError | UnicodeError, *, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken; choose another with --port.\n"
    reason = getattr(error, "strerror", None) or "this is not a host name"
    return f"Cannot listen on {host}, port {port}: {reason}.\n"


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def say(line: str) -> None:
    """Write a line for the person at the console, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
