"""Which endpoint answers which path."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simulator import problems
from simulator.exchange import Request, Response

Endpoint = Callable[..., Response]  # takes the request and the named parts of the path


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path such as `/accounts/{api_key}/subaccounts`, and who answers it."""

    method: str
    path: str
    endpoint: Endpoint

    def parts(self, path: str) -> dict[str, str] | None:
        """Return the named parts of a path that fits, else None."""
        pattern, given = self.path.split("/"), path.split("/")
        if len(pattern) != len(given):
            return None
        pairs = list(zip(pattern, given, strict=True))
        if not all(want == have or (want[:1] == "{" and have) for want, have in pairs):
            return None
        return {want[1:-1]: have for want, have in pairs if want[:1] == "{"}


def dispatch(routes: Iterable[Route], request: Request) -> Response:
    """Return the endpoint's answer; RefusedError 404 or 405 where none fits."""
    fitting = [(r, parts) for r in routes if (parts := r.parts(request.path)) is not None]
    if not fitting:
        raise problems.not_found(request.path)
    for route, parts in fitting:
        if route.method == request.method:
            return route.endpoint(request, **parts)
    allowed = ", ".join(sorted(route.method for route, _ in fitting))
    raise problems.wrong_verb(request.method, allowed=allowed)
