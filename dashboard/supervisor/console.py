import os
import sys
from contextlib import suppress

_COLOURS = (36, 35, 34, 33, 32)
_NAME_WIDTH = 9


class Console:
    """Writes lines to a descriptor, by default standard output.

    Writing never fails: a terminal that was closed must not keep the parts from being stopped.
    The part's name is coloured on a terminal only, and not when ``NO_COLOR`` is set.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdout.fileno() if descriptor is None else descriptor
        self._coloured = os.isatty(self._descriptor) and not os.environ.get("NO_COLOR")
        self._names: list[str] = []

    def say(self, text: str) -> None:
        """Write one or more lines of the supervisor's own."""
        with suppress(OSError):
            os.write(self._descriptor, f"{text}\n".encode())

    def part(self, name: str, line: str) -> None:
        """Write a line of a part behind the part's name."""
        self.say(f"{self._prefix(name)} {line}")

    def _prefix(self, name: str) -> str:
        label = f"{name:<{_NAME_WIDTH}} |"
        if not self._coloured:
            return label
        if name not in self._names:
            self._names.append(name)
        colour = _COLOURS[self._names.index(name) % len(_COLOURS)]
        return f"\x1b[{colour}m{label}\x1b[0m"
