import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from simulator import audit, problems, wire
from simulator.endpoints.admission import signed_in
from simulator.exchange import Request, Response, answer
from simulator.problems import RefusedError
from simulator.records import Account, Event
from simulator.state import State

USUAL_PAGE, LARGEST_PAGE = 30, 100
PATH = "/beta/audit/events"
NO_CREDENTIALS = (
    'Full authentication is required. JWT was not found in "Authorization" HTTP header.'
)
PLAIN_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class AuditEndpoints:
    """The audit API of the api host: what happened to an account, and to its subaccounts."""

    def __init__(self, state: State) -> None:
        self._state = state

    def index(self, request: Request) -> Response:
        """`GET /beta/audit/events`: page by page, newest first."""
        asked = request.parameters()
        host, account = _insecure(request), self._admit(request)
        fits = _filter(asked)
        shown = [_shown(e, host) for e in audit.visible(self._state, account) if fits(e)]
        text = asked.get("search_text")
        found = [one for one in shown if not text or text in wire.dumps(one)]
        return answer(_page(found, asked, host))

    def show(self, request: Request, event_id: str) -> Response:
        """`GET /beta/audit/events/{id}`: one of them."""
        for event in audit.visible(self._state, self._admit(request)):
            if event.id == event_id:
                return answer(_shown(event, _insecure(request)))
        raise _refusal(404, "Not Found", f"Event with provided id: {event_id} was not found")

    def types(self, request: Request) -> Response:
        """`OPTIONS /beta/audit/events`: which types of event there are."""
        self._admit(request)
        types = [{"type": name, "description": text} for name, text in audit.TYPES.items()]
        return answer({"eventTypes": types})

    def _admit(self, request: Request) -> Account:
        account = signed_in(
            self._state, request, lambda: _refusal(401, "Unauthorized", NO_CREDENTIALS)
        )
        if account.suspended:
            raise _refusal(403, "Forbidden", problems.SUSPENDED)
        return account


def _filter(asked: dict[str, str]) -> Callable[[Event], bool]:
    types = set(filter(None, asked.get("event_type", "").split(",")))
    start, end = (_moment(name, asked) for name in ("date_from", "date_to"))

    def fits(event: Event) -> bool:
        return (
            (not types or event.type in types)
            and (start is None or event.created_at >= start)
            and (end is None or event.created_at <= end)
        )

    return fits


def _moment(name: str, asked: dict[str, str]) -> datetime | None:
    """Read a time, or a date, which begins a range at its start and ends one at its end."""
    text = asked.get(name, "")
    if not text:
        return None
    if PLAIN_DATE.fullmatch(text) and name == "date_to":
        text += "T23:59:59.999999"
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise _refusal(400, "BadRequest", f"{name} is not a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(found: list[dict[str, Any]], asked: dict[str, str], host: str) -> dict[str, Any]:
    size, number = _whole("size", asked, USUAL_PAGE), _whole("page", asked, 1)
    if size > LARGEST_PAGE:
        raise _refusal(400, "BadRequest", f"size is {LARGEST_PAGE} at most.")
    pages = -(-len(found) // size)
    links = {"self": {"href": f"{host}{PATH}"}}
    if number < pages:
        links["next"] = {"href": f"{host}{PATH}?page={number + 1}&size={size}"}
    if pages > 0:
        links["last"] = {"href": f"{host}{PATH}?page={pages}&size={size}"}
    first = (number - 1) * size
    return {
        "_embedded": {"events": found[first : first + size]},
        "_links": links,
        "page": {
            "size": size,
            "totalElements": len(found),
            "totalPages": pages,
            "number": number,
        },
    }


def _whole(name: str, asked: dict[str, str], usual: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):  # noqa: PLR2004 - digits of a page number
        raise _refusal(400, "BadRequest", f"{name} is a whole number from 1 on.")
    return int(text)


def _shown(event: Event, host: str) -> dict[str, Any]:
    user = {"user_email": event.user_email, "user_id": event.user_id} if event.user_id else {}
    dashboard = bool(event.user_id)
    return {
        "_links": {"self": {"href": f"{host}{PATH}/{event.id}"}},
        "id": event.id,
        "event_type": event.type,
        "event_type_description": audit.TYPES[event.type],
        "created_at": wire.without_zone(event.created_at),
        **user,
        "account_id": event.account_id,
        "source": "CD" if dashboard else "DEVAPI",
        "source_ip": event.ip,
        "source_description": "Customer dashboard" if dashboard else "Developer API",
        "source_country": "GB",
        "context": event.context,
    }


def _insecure(request: Request) -> str:
    """Return our address as these links begin: with http, whatever the client used."""
    return "http://" + request.base_url.partition("://")[2]


def _refusal(status: int, error: str, message: str) -> RefusedError:
    content = {"status": status, "error": error, "message": message}
    return RefusedError(answer(content, status=status))
