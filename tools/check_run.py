"""Fail when fewer tests ran than there are: `check_run.py COLLECTED BROWSER REPORT`.

COLLECTED and BROWSER hold what `pytest --collect-only -q` prints, for all tests and for those
that drive a browser; REPORT is the JUnit file of the run. With CI=true no test may be skipped,
but those that compare with answers recorded at Vonage, which are not part of the project.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

MAY_BE_MISSING = "VONAGE_RECORDED"


def collected(path: Path) -> int:
    """Return how many tests a `--collect-only -q` run listed."""
    return sum("::" in line for line in path.read_text().splitlines())


def complaints(*, there: int, browser: int, report: Path, ci: bool) -> list[str]:
    """Return what is wrong with a run; an empty list when every test really ran."""
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 (pytest wrote it)
    skipped = [case for case in cases if case.find("skipped") is not None]
    excused = [case for case in skipped if MAY_BE_MISSING in _reason(case)]
    ran = len(cases) - len(skipped)
    found = [] if there and browser else ["no tests or no browser tests were found"]
    # A file that is skipped as a whole has no class name, and none of its tests is in the list.
    listed = [case for case in (excused if ci else skipped) if case.get("classname")]
    if ran + len(listed) < there:
        found.append(f"{there} tests were found, only {ran} ran")
    if ci:
        found += [f"skipped: {_name(case)}" for case in skipped if case not in excused]
    print(f"{there} tests found, {browser} of them with a browser; {ran} ran")
    print(*(f"not run for want of {MAY_BE_MISSING}: {_name(case)}" for case in excused), sep="\n")
    return found


def _name(case: Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


def _reason(case: Element) -> str:
    skipped = case.find("skipped")
    return "" if skipped is None else skipped.get("message", "") + (skipped.text or "")


def main(arguments: list[str]) -> int:
    """Compare the three files; print what is wrong; return the exit code."""
    everything, browser, report = map(Path, arguments)
    found = complaints(
        there=collected(everything),
        browser=collected(browser),
        report=report,
        ci=os.environ.get("CI") == "true",
    )
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
