"""What processes cost: CPU time and memory, as the kernel counts them."""

from contextlib import suppress
from pathlib import Path

import psutil

_PROC = Path("/proc")
_NANO = 1e9


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that the process has used so far, all its threads together.

    Linux counts nanoseconds for each thread; elsewhere the clock has steps of about 10 ms.
    """
    tasks = _PROC / str(pid) / "task"
    if not (_PROC / str(pid) / "schedstat").exists():
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system
    total = 0
    for task in tasks.iterdir():
        with suppress(OSError):  # a thread may end meanwhile
            total += int((task / "schedstat").read_text().split()[0])
    return total / _NANO


def cpu_seconds_of_the_dead(pid: int) -> float:
    """Return the CPU time of the process's children that have ended."""
    times = psutil.Process(pid).cpu_times()
    return float(getattr(times, "children_user", 0) + getattr(times, "children_system", 0))


def resident_bytes(pid: int) -> int:
    """Return how much memory the process holds."""
    return int(psutil.Process(pid).memory_info().rss)


def forget_peak(pid: int) -> None:
    """Begin to watch the process's peak memory anew."""
    (_PROC / str(pid) / "clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """Return the most memory that the process has held since `forget_peak`."""
    lines = (_PROC / str(pid) / "status").read_text().splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024
