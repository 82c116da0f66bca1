"""Webhooks that do, or do not, answer 200. Nobody is called: the name of the host decides."""

from urllib.parse import urlsplit

from simulator.state import State

DEAD = ".invalid"  # the top-level domain that never resolves


def answers(state: State, url: str) -> bool:
    """Tell whether a webhook answers 200; an empty one, which removes it, always does.

    Those on hosts that end in `.invalid`, or are named dead by the switch `dead_webhooks`, do not.
    """
    if not url:
        return True
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    live = not host.endswith(DEAD) and host not in state.switches.dead_webhooks
    return parts.scheme in {"http", "https"} and bool(host) and live
