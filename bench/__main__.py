"""`python -m bench`: measure what the product costs, in units that hold on any machine."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.cost import FULL, QUICK
from bench.figures import Figure
from bench.goals import GOALS
from bench.machine import machine
from bench.report import as_json, as_markdown
from bench.run import Wanted, run

SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (100,)
DATABASES = ("sqlite", "postgresql")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 0 however good the figures are."""
    options = _parser().parse_args(arguments)
    wanted = Wanted(
        databases=options.database or DATABASES,
        sizes=sorted(options.sizes or (QUICK_SIZES if options.quick else SIZES)),
        goals=frozenset(options.goals or GOALS),
        effort=QUICK if options.quick else FULL,
    )
    figures = []
    for figure in run(wanted):
        figures.append(figure)
        print(_progress(figure), file=sys.stderr, flush=True)
    document = json.dumps(as_json(machine(), figures), indent=2, ensure_ascii=False)
    if options.out:
        options.out.write_text(document + "\n")
    print(as_markdown(machine(), figures) if options.markdown else document)
    return 0


def _progress(figure: Figure) -> str:
    mark = {True: "met", False: "MISSED", None: ""}[figure.met]
    return (
        f"{figure.database} {figure.accounts:,} {figure.goal}: {figure.name}: "
        f"{figure.judged:.2f} {figure.to or figure.unit} {mark}"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add = parser.add_argument
    add("--database", choices=DATABASES, action="append", help="only this one (both)")
    add("--sizes", type=_numbers, metavar="N,N", help="numbers of accounts (1000,10000,100000)")
    add("--goals", type=_numbers, metavar="N,N", help="only these goals (all)")
    add("--quick", action="store_true", help="small and few: to see that everything still runs")
    add("--out", type=Path, metavar="FILE", help="write the JSON there, too")
    add("--markdown", action="store_true", help="print the tables of docs/performance.md")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
