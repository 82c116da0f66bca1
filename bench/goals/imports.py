"""Goal 14: taking in a report of a million records."""

from collections.abc import Iterator

from bench.cost import QUICK
from bench.figures import Figure
from bench.inside import Inside
from bench.processes import forget_peak, peak_bytes, resident_bytes
from bench.scenes import Scene

RECORDS, FEW = 1_000_000, 20_000
MIB = 2**20
MOST_MEMORY = 150.0
_MODULE = "bench.imports"


def of_a_report(scene: Scene) -> Iterator[Figure]:
    """Measure a process that has taken nothing in before."""
    records = FEW if scene.effort == QUICK else RECORDS
    with Inside(_MODULE, scene.installation.env) as before:
        pk = before.do("prepare", records=records)
    with Inside(_MODULE, scene.installation.env) as fresh:
        fresh.do("warm_up")
        idle = resident_bytes(fresh.pid)
        forget_peak(fresh.pid)
        taken = fresh.do("take_in", pk=pk)
        peak = peak_bytes(fresh.pid) - idle
    if taken["records"] != records:
        raise RuntimeError(f"{taken['records']} of {records} records were taken in")
    yield scene.figure(14, "records of the report", records, "records")
    yield scene.figure(14, "all records", taken["seconds"], "s")
    yield scene.figure(14, "throughput", records / taken["seconds"], "records a second")
    yield scene.figure(14, "different sums", taken["sums"], "rows")
    yield scene.figure(14, "memory, peak", peak / MIB, "MiB", limit=MOST_MEMORY)
