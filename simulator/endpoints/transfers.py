import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator import money, problems, wire
from simulator.endpoints.admission import json_object, primary
from simulator.exchange import Request, Response, answer
from simulator.problems import SUBACCOUNTS, Invalid, RefusedError, problem
from simulator.records import Transfer, TransferKind
from simulator.state import ForbiddenTransferError, State, UnknownAccountError

SECONDS_ONLY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
MOST_DECIMALS = 4  # what an answer can show
NO_AMOUNT = "Only positive values of data type JSON number are allowed"
SAME = "Invalid accounts. From and To accounts should be different"


class TransferEndpoints:
    """Transfers of balance, or of credit, between the primary account and its subaccounts."""

    def __init__(self, state: State, kind: TransferKind) -> None:
        self._state = state
        self._kind = kind

    def index(self, request: Request, api_key: str) -> Response:
        """`GET /accounts/{k}/{kind}-transfers`: within both bounds, newest first, in one list."""
        self._admit(request, api_key)
        start, end = _bounds(request, now=self._state.now())
        wanted = set(request.query.get("subaccount", []))
        found = [
            transfer
            for transfer in self._newest_first(request.stale_seconds)
            if start <= transfer.created_at.replace(microsecond=0) <= end
            and (not wanted or wanted & {transfer.source, transfer.target})
        ]
        return answer(
            {
                "_links": {"self": {"href": self._path(api_key)}},
                "_embedded": {f"{self._kind}_transfers": [_shown(one) for one in found]},
            }
        )

    def create(self, request: Request, api_key: str) -> Response:
        """`POST /accounts/{k}/{kind}-transfers`: at once, or not at all."""
        self._admit(request, api_key)
        fields = json_object(request)
        invalid = list(_invalid(fields))
        if invalid:
            raise problems.validation(*invalid)
        transfer = self._transfer(fields)
        path = f"{self._path(api_key)}/{transfer.id}"
        links = {"masterAccountId": api_key, "_links": {"self": {"href": path}}}
        return answer(links | _shown(transfer))

    def _transfer(self, fields: dict[str, Any]) -> Transfer:
        state = self._state
        move = state.transfer_balance if self._kind == "balance" else state.transfer_credit
        try:
            with state.lock:
                self._refuse_suspended(fields)
                return move(
                    source=fields["from"],
                    target=fields["to"],
                    amount=Decimal(fields["amount"]),
                    reference=fields.get("reference") or "",
                )
        except ForbiddenTransferError:
            detail = "Transfers are only allowed between a primary account and its subaccount"
            raise _invalid_transfer("Invalid Transfer", detail) from None
        except (money.InsufficientBalanceError, money.InsufficientCreditError):
            title = "Transfer amount is invalid"
            raise _invalid_transfer(title, "Insufficient Credit") from None

    def _refuse_suspended(self, fields: dict[str, Any]) -> None:
        for name in ("from", "to"):
            try:
                account = self._state.account(fields[name])
            except UnknownAccountError:
                raise problems.invalid_api_key(fields[name]) from None
            if account.suspended and not self._state.switches.suspended_work:
                raise problems.account_suspended()

    def _admit(self, request: Request, api_key: str) -> None:
        primary(self._state, request, api_key)
        if not self._state.switches.transfers:
            title = "Invalid operation for account"
            detail = "Account is not provisioned to perform quota transfers"
            raise problem(403, "provisioning", title, detail, area=SUBACCOUNTS)

    def _newest_first(self, stale_seconds: float) -> Iterable[Transfer]:
        seen_until = self._state.now() - timedelta(seconds=stale_seconds)
        everything = self._state.store.all(self._state.store.transfers)
        ours = [t for t in everything if t.kind == self._kind and t.created_at <= seen_until]
        ours.sort(key=lambda transfer: transfer.created_at)
        return ours[::-1]

    def _path(self, api_key: str) -> str:
        return f"/accounts/{api_key}/{self._kind}-transfers"


def _shown(transfer: Transfer) -> dict[str, object]:
    return {
        "from": transfer.source,
        "to": transfer.target,
        "amount": wire.shortest(transfer.amount),
        "reference": transfer.reference,
        "id": transfer.id,
        "created_at": wire.whole_seconds(transfer.created_at),
    }


def _bounds(request: Request, *, now: datetime) -> tuple[datetime, datetime]:
    start = _moment(request.query.get("start_date", [""])[0])
    end = _moment(request.query["end_date"][0]) if "end_date" in request.query else now
    if start is None or end is None:
        missing = [("start_date", start), ("end_date", end)]
        raise problems.validation(*((n, "Malformed") for n, value in missing if value is None))
    return start, end


def _moment(text: str) -> datetime | None:
    """Read a UTC time of whole seconds; milliseconds are refused, as recorded."""
    if not SECONDS_ONLY.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


def _invalid(fields: dict[str, Any]) -> Iterable[Invalid]:
    for name in ("from", "to"):
        if not isinstance(fields.get(name), str) or not fields[name]:
            yield name, "Is required"
    if fields.get("from") == fields.get("to"):
        yield "from", SAME
    if not _is_amount(fields.get("amount")):
        yield "amount", NO_AMOUNT
    if not isinstance(fields.get("reference") or "", str):
        yield "reference", "Should be a text"


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return value > 0 and money.decimals(Decimal(value)) <= MOST_DECIMALS


def _invalid_transfer(title: str, detail: str) -> RefusedError:
    return problem(403, "valid-transfers", title, detail, area=SUBACCOUNTS)
