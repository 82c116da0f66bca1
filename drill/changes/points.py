"""Where the processes of these gates die, besides those of sending and settling."""

from collections import Counter
from pathlib import Path

from api_secrets.services import holding, keeping, proving, rotating
from drill.crashes import Place
from phone_numbers.services import reading

ROTATING: dict[str, Place] = {
    "R1": Place(keeping, "read", behind=False),
    "R2": Place(keeping, "read", behind=True),
    "R3": Place(rotating, "_ask", behind=True, only="add", rare=True),
    "R4": Place(proving, "opens", behind=False),
    "R5": Place(proving, "opens", behind=True),
    "R6": Place(holding, "hold", behind=True, rare=True),
    "R7": Place(rotating, "_ask", behind=True, only="revoke", rare=True),
    "R8": Place(rotating, "_end", behind=False),
}
READING: dict[str, Place] = {
    "N1": Place(reading, "_take", behind=True),
    "N2": Place(reading, "keep", behind=False),
    "N3": Place(reading, "keep", behind=True),
}


def least_hit(points: dict[str, Place], told: Path) -> dict[str, Place]:
    """Return those at which fewest have died so far, so that no run leaves one out by chance.

    told: has a line for each end.
    """
    hit = Counter(told.read_text().split() if told.exists() else [])
    least = min(hit[name] for name in points)
    return {name: place for name, place in points.items() if hit[name] == least}
