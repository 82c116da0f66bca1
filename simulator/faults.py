from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """How the simulator misbehaves on request. May be changed while it runs."""

    latency_ms: int = 0  # waited before every answer, the health check excepted
