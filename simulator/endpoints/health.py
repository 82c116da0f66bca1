from simulator.exchange import Request, Response, answer


def health(_request: Request) -> Response:
    """`GET /healthz`: our own, so that a start-up can wait for the simulator."""
    return answer({"ok": True})
