"""Fail when a lock file names an address: it would bind everybody to one package index."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(r"://|^-(i|f)\b|--(extra-)?index-url|--find-links|--trusted-host|\s@\s")
RESOLVED = re.compile(r'"resolved"')


def addresses(path: Path) -> list[str]:
    """Return `file:line` for every line of the lock file that names an address."""
    pattern = RESOLVED if path.suffix == ".json" else ADDRESS
    lines = enumerate(path.read_text().splitlines(), start=1)
    return [f"{path}:{number}" for number, line in lines if pattern.search(line)]


def main() -> int:
    """Look at all lock files of the checkout; return the exit code."""
    locks = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("tools/setup/*.txt")])
    found = [place for lock in [*locks, ROOT / "package-lock.json"] for place in addresses(lock)]
    for place in found:
        print(f"{place} names an address. Write the lock files with: make lock")
    print(f"{len(locks) + 1} lock files, {len(found)} addresses")
    return 1 if found or not locks else 0


if __name__ == "__main__":
    sys.exit(main())
