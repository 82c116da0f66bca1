from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from simulator import phone_numbers, problems
from simulator.endpoints.admission import json_object, primary, signed_in_at_rest
from simulator.exchange import SUCCESS, Request, Response, answer
from simulator.number_pool import Offer
from simulator.phone_numbers import AddressRequiredError, MethodFailedError
from simulator.problems import SUBACCOUNTS, RefusedError, problem
from simulator.records import OwnedNumber
from simulator.state import State

USUAL_PAGE, LARGEST_PAGE = 10, 100
ADDRESS = (
    "Numbers from this country can be requested from the Dashboard "
    "(https://dashboard.nexmo.com/buy-numbers) as they require a valid local address "
    "to be provided before being purchased."
)
UPDATES = {  # what the form calls it: what we do
    "app_id": "app_id",
    "moHttpUrl": "message_url",
    "voiceCallbackType": "voice_type",
    "voiceCallbackValue": "voice_value",
    "voiceStatusCallback": "voice_status_url",
    "messagesCallbackType": "messages_type",
    "messagesCallbackValue": "messages_value",
}
SHOWN = ("moHttpUrl", "voiceCallbackType", "voiceCallbackValue", "app_id", *list(UPDATES)[4:])
SAME = "Invalid accounts. From and To accounts should be different"


class NumberEndpoints:
    """The numbers API of the rest host, and the transfer of numbers on the api host."""

    def __init__(self, state: State) -> None:
        self._state = state

    def owned(self, request: Request) -> Response:
        """`GET /account/numbers`: those of the caller; `{}` where there are none."""
        account = signed_in_at_rest(self._state, request)
        asked = request.parameters()
        fits = _pattern(asked)
        found = [
            _owned(number)
            for number in phone_numbers.owned(self._state, account.api_key, request.stale_seconds)
            if fits(number.msisdn)
            and asked.get("country", number.country).upper() == number.country
            and asked.get("application_id", number.app_id) == number.app_id
            and _flag(asked.get("has_application", "")) in {None, bool(number.app_id)}
        ]
        return _page(found, asked)

    def search(self, request: Request) -> Response:
        """`GET /number/search`: what is for sale in a country."""
        signed_in_at_rest(self._state, request)
        asked = request.parameters()
        if not asked.get("country"):
            raise problems.bad_parameters({"country": "Is required."})
        fits, features = _pattern(asked), set(filter(None, asked.get("features", "").split(",")))
        found = [
            _offered(offer)
            for offer in phone_numbers.available(self._state, asked["country"].upper())
            if fits(offer.msisdn)
            and asked.get("type", offer.type) == offer.type
            and features <= set(offer.features)
        ]
        return _page(found, asked)

    def buy(self, request: Request) -> Response:
        """`POST /number/buy`, for the caller or for a subaccount of it."""
        with self._writing(request) as (caller, number, asked):
            target = asked.get("target_api_key", "")
            phone_numbers.buy(self._state, buyer=caller, target=target, **number)
        return answer(SUCCESS)

    def cancel(self, request: Request) -> Response:
        """`POST /number/cancel`, for the caller or for a subaccount of it."""
        with self._writing(request) as (caller, number, asked):
            target = asked.get("target_api_key", "")
            phone_numbers.cancel(self._state, caller=caller, target=target, **number)
        return answer(SUCCESS)

    def update(self, request: Request) -> Response:
        """`POST /number/update`: the whole set-up of a number of the caller."""
        with self._writing(request) as (caller, number, asked):
            wanted = {ours: asked[name] for name, ours in UPDATES.items() if asked.get(name)}
            if wanted.get("app_id") and "voice_type" not in wanted:
                wanted |= {"voice_type": "app", "voice_value": wanted["app_id"]}
            phone_numbers.update(self._state, caller=caller, wanted=wanted, **number)
        return answer(SUCCESS)

    def transfer(self, request: Request, api_key: str) -> Response:
        """`POST /accounts/{k}/transfer-number`: within the family."""
        primary(self._state, request, api_key)
        fields = json_object(request)
        names = ("from", "to", "number", "country")
        missing = [name for name in names if not isinstance(fields.get(name), str)]
        if missing:
            raise problems.validation(*((name, "Is required") for name in missing))
        if fields["from"] == fields["to"]:
            raise problems.validation(("from", SAME))
        self._transfer(fields)
        return answer({name: fields[name] for name in ("number", "country", "from", "to")})

    def _transfer(self, fields: dict[str, str]) -> None:
        try:
            phone_numbers.transfer(
                self._state,
                msisdn=fields["number"],
                country=fields["country"].upper(),
                source=fields["from"],
                target=fields["to"],
            )
        except phone_numbers.TransferError as error:
            raise _no_transfer(error, fields) from None

    @contextmanager
    def _writing(self, request: Request) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
        """Yield the caller's key, the number and the form; turn failures into refusals."""
        caller = signed_in_at_rest(self._state, request).api_key
        asked = request.parameters()
        status = 200 if self._state.switches.number_failures_as_200 else 420
        number = {"msisdn": asked.get("msisdn", ""), "country": asked.get("country", "").upper()}
        try:
            yield caller, number, asked
        except MethodFailedError:
            raise problems.legacy(status, "method failed", code=420) from None
        except AddressRequiredError:
            raise problems.legacy(status, ADDRESS, code=420) from None


def _page(found: list[dict[str, Any]], asked: dict[str, str]) -> Response:
    """Return one page; without a match, or behind the last page, an object without keys."""
    size = min(_whole("size", asked, USUAL_PAGE), LARGEST_PAGE)
    first = (_whole("index", asked, 1) - 1) * size
    page = found[first : first + size]
    return answer({"count": len(found), "numbers": page} if page else {})


def _whole(name: str, asked: dict[str, str], usual: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0):  # noqa: PLR2004 - digits of a page number
        raise problems.bad_parameters({name: "Is invalid."})
    return int(text)


def _pattern(asked: dict[str, str]) -> Any:
    how = asked.get("search_pattern", "0")
    if how not in {"0", "1", "2"}:
        raise problems.bad_parameters({"search_pattern": "Is invalid."})
    return phone_numbers.matcher(asked.get("pattern", ""), how)


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _owned(number: OwnedNumber) -> dict[str, Any]:
    shown = {
        "country": number.country,
        "msisdn": number.msisdn,
        "type": number.type,
        "features": number.features,
    }
    return shown | {n: value for n in SHOWN if (value := getattr(number, UPDATES[n]))}


def _offered(offer: Offer) -> dict[str, Any]:
    shown = {
        "country": offer.country,
        "msisdn": offer.msisdn,
        "cost": str(offer.cost),
        "type": offer.type,
        "features": offer.features,
    }
    return shown if offer.setup is None else shown | {"initialPrice": str(offer.setup)}


def _no_transfer(error: phone_numbers.TransferError, fields: dict[str, str]) -> RefusedError:
    way = f"number {fields['number']} from account {fields['from']} to {fields['to']}"
    status, fragment, title, detail, area = TRANSFER_PROBLEMS[type(error)]
    return problem(status, fragment, title, detail.format(way=way), area=area)


NO, TITLE = "invalid-number-transfer", "Invalid Number Transfer"
PATH = "/subaccounts"  # the type's path in a recording of 2024, and in the description
STRANGERS = (
    "Failed to perform transfer {way} - "
    "The relationship between these two accounts does not allow for number transfer"
)
BANNED = "One of the accounts involved in the transfer is banned"
MISSING = "Could not transfer {way} - ShortCode not found"
NOT_OWNED = "Could not transfer {way} - ShortCode is not owned by from account"
THERE = "Could not transfer {way} - ShortCode is already owned by requesting account"
TRANSFER_PROBLEMS = {
    phone_numbers.StrangersError: (403, NO, TITLE, STRANGERS, PATH),
    phone_numbers.BannedError: (403, NO, TITLE, BANNED, PATH),
    phone_numbers.MissingNumberError: (
        404,
        "missing-number-transfer",
        TITLE,
        MISSING,
        SUBACCOUNTS,
    ),
    phone_numbers.NotOwnedError: (403, NO, TITLE, NOT_OWNED, SUBACCOUNTS),
    phone_numbers.AlreadyThereError: (409, "transfer-conflict", "Transfer Conflict", THERE, PATH),
}
