"""From the parameters of a report to what is meant by them, or to why they are refused."""

import base64
import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import problems, wire
from simulator.exchange import PROBLEM, answer
from simulator.problems import Invalid, RefusedError
from simulator.record_shapes import DIRECTED, PRODUCTS
from simulator.reports import FILTERS, USUAL_WINDOW, Query
from simulator.state import State

DAY = timedelta(hours=24)
MONTHS_13 = timedelta(days=397)
DIRECTIONS = ("inbound", "outbound")
MISSING = "Missing required parameter"
UNKNOWN_PRODUCT = (
    "Could not resolve product name. "
    f"Please use one of the following values [{', '.join(PRODUCTS)}]"
)
DATES = ("date_start", "date_end")
MOST_IDS = 20


def read(state: State, fields: dict[str, Any], *, api_key: str, strict: bool = False) -> Query:
    """Return the query of these parameters, or refuse: 422, then 403.

    `strict` demands both dates, a day apart at most.
    """
    product, direction = str(fields.get("product", "")), str(fields.get("direction", ""))
    _required(fields, product, strict=strict and "id" not in fields)
    start, end = window(state, fields)
    if strict and end - start > DAY:
        raise unprocessable(("date_end", "Must be no more than 24 hours later than date_start"))
    account_ids = _accounts(state, fields, api_key=api_key)
    return Query(
        product=product,
        account_ids=account_ids,
        direction=direction,
        start=start,
        end=end,
        wanted={
            name: {text.strip().lower() for text in str(fields[name]).split(",")}
            for name in FILTERS
            if fields.get(name) not in {None, ""}
        },
        include_message=is_true(fields.get("include_message")),
        show_concatenated=is_true(fields.get("show_concatenated")),
    )


def window(state: State, fields: dict[str, Any]) -> tuple[datetime, datetime]:
    """Return start and end; the last seven days where they are not given."""
    now = state.now()
    end = _moment("date_end", fields) or now
    start = _moment("date_start", fields) or end - USUAL_WINDOW
    if not timedelta(0) <= end - start <= MONTHS_13:
        raise unprocessable_window()
    return start, end


def ids(fields: dict[str, Any]) -> list[str]:
    """Return the ids that are asked for; 422 where that does not go with the other parameters."""
    found = [text.strip() for text in str(fields["id"]).split(",") if text.strip()]
    clashing = [name for name in (*DATES, *FILTERS) if name in fields]
    if clashing:
        detail = (
            "When using message_id, the following parameters are not supported: "
            f"[{', '.join(clashing)}]"
        )
        raise problems.problem(
            422, "invalid-filter", "Invalid filter", detail, area=problems.REPORTS
        )
    if not 0 < len(found) <= MOST_IDS:
        raise unprocessable(("id", f"Must be 1 to {MOST_IDS} ids"))
    return found


def is_true(value: object) -> bool:
    """Tell whether a flag is set, in JSON or in a query."""
    return value is True or str(value).lower() == "true"


def cursor(after: list[datetime]) -> tuple[str, str]:
    """Return the pair (cursor, iv) that stands for the records behind those of these moments."""
    iv = str(uuid.uuid4())
    place = f"{after[-1].isoformat()} {after.count(after[-1])}"
    text = f"{place} {_seal(place, iv)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("="), iv


def place_of(fields: dict[str, Any]) -> tuple[datetime, int] | None:
    """Return where a cursor points to: a moment, and how many of its records were given.

    None without a cursor; 422 where it does not go with its iv.
    """
    if "cursor" not in fields:
        return None
    encoded = str(fields["cursor"])
    try:
        text = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        place, _, seal = text.rpartition(" ")
        if seal == _seal(place, str(fields.get("iv", ""))):
            moment, given = place.split()
            return datetime.fromisoformat(moment), int(given)
    except ValueError:
        pass
    raise unprocessable(("cursor", "Could not resolve cursor"))


def unprocessable(*invalid: Invalid) -> RefusedError:
    """Return the refusal of parameters; it has neither type nor detail."""
    content = {
        "title": "Unprocessable entity",
        "invalid_parameters": [{"reason": reason, "name": name} for name, reason in invalid],
        "instance": problems.trace_id(),
    }
    return RefusedError(answer(content, status=422, content_type=PROBLEM))


def unprocessable_window() -> RefusedError:
    """Return the refusal of a range that cannot be; its type is a slip of the description."""
    return problems.problem(422, "not-found", "Unprocessable entity", "Unprocessable entity.")


def echo(fields: dict[str, Any], query: Query) -> dict[str, Any]:
    """Return the parameters as an answer repeats them."""
    given = {name: fields[name] for name in ("direction", *FILTERS) if name in fields}
    return {
        "product": query.product,
        "account_id": fields["account_id"],
        **given,
        "date_start": wire.with_offset(query.start),
        "date_end": wire.with_offset(query.end),
        "include_subaccounts": is_true(fields.get("include_subaccounts")),
        "include_message": query.include_message,
    }


def _required(fields: dict[str, Any], product: str, *, strict: bool) -> None:
    needed = ["product", "account_id", *(DATES if strict else ())]
    if product in DIRECTED:
        needed.append("direction")
    missing = [(name, MISSING) for name in needed if not fields.get(name)]
    if missing:
        raise unprocessable(*missing)
    if product not in PRODUCTS:
        raise unprocessable(("product", UNKNOWN_PRODUCT))
    if str(fields.get("direction", DIRECTIONS[0])) not in DIRECTIONS:
        raise unprocessable(("direction", "Must be one of [inbound, outbound]"))


def _accounts(state: State, fields: dict[str, Any], *, api_key: str) -> tuple[str, ...]:
    account_id = str(fields["account_id"])
    family = state.store.accounts.rows
    if account_id not in family or api_key not in {account_id, state.primary_key}:
        raise problems.forbidden()
    if is_true(fields.get("include_subaccounts")) and account_id == state.primary_key:
        return tuple(account.api_key for account in state.store.all(state.store.accounts))
    return (account_id,)


def _moment(name: str, fields: dict[str, Any]) -> datetime | None:
    """Read an ISO time with an offset; a `+` that a query turned into a space is one again."""
    text = str(fields.get(name) or "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise unprocessable((name, "Malformed")) from None


def _seal(place: str, iv: str) -> str:
    return hashlib.sha256(f"{place} {iv}".encode()).hexdigest()[:8]
