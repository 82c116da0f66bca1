"""What was measured, and whether it is as good as it should be."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure.

    value is in `unit`; ratio is that value in terms of `to`, measured in the same run. The limit
    is one of the ratio where there is a ratio, else of the value.
    """

    goal: int
    name: str
    database: str
    accounts: int
    value: float
    unit: str
    ratio: float | None = None
    to: str = ""
    limit: float | None = None
    at_least: bool = False

    @property
    def judged(self) -> float:
        """What the limit is about."""
        return self.value if self.ratio is None else self.ratio

    @property
    def met(self) -> bool | None:
        """Whether it keeps to the limit; None without one."""
        if self.limit is None:
            return None
        return self.judged >= self.limit if self.at_least else self.judged <= self.limit

    def as_json(self) -> dict[str, Any]:
        """Return what is printed."""
        return asdict(self) | {"met": self.met}
