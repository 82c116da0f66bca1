from decimal import Decimal
from urllib.parse import urlencode

from simulator import prices, problems
from simulator.endpoints.admission import signed_in, signed_in_at_rest, take_json
from simulator.exchange import Request, Response, answer
from simulator.prices import Country, Network
from simulator.problems import RefusedError
from simulator.state import State

CURRENCY = "EUR"
USUAL_PAGE, LARGEST_PAGE = 20, 100
SERVICES_2 = {"sms-outbound": "sms", "voice-outbound": "voice"}
GROUPS = {"sms": (1, 1), "voice": (60, 60)}  # what version 2 calls start and increment


class PricingEndpoints:
    """Prices of the account: version 1 on the rest host, version 2 on the api host."""

    def __init__(self, state: State) -> None:
        self._state = state

    def country(self, request: Request, service: str) -> Response:
        """`GET /account/get-pricing/outbound/{service}?country=`: one country."""
        self._admit(request, service)
        code = request.parameters().get("country", "")
        if not code:
            raise _bad("country", "Is required")
        found = prices.BY_CODE.get(code.upper())
        if found is None:
            raise _bad("country", "Is invalid")
        return answer(_shown(found, service))

    def every(self, request: Request, service: str) -> Response:
        """`GET /account/get-full-pricing/outbound/{service}`: all countries."""
        self._admit(request, service)
        return answer(_list(prices.COUNTRIES, service))

    def prefix(self, request: Request, service: str) -> Response:
        """`GET /account/get-prefix-pricing/outbound/{service}?prefix=`: those of a prefix."""
        self._admit(request, service)
        prefix = request.parameters().get("prefix", "")
        if not prefix:
            raise _bad("prefix", "Is required")
        return answer(_list([c for c in prices.COUNTRIES if c.prefix == prefix], service))

    def page(self, request: Request, service: str) -> Response:
        """`GET /v2/account/pricing/{service}`: a page, one entry per kind of network."""
        signed_in(self._state, request, problems.unauthorized_2024)
        take_json(request)
        if service not in SERVICES_2:
            raise problems.not_found(request.path)
        asked = request.parameters()
        code = asked.get("country", "").upper()
        rows = [
            _row(country, kind, SERVICES_2[service])
            for country in prices.COUNTRIES
            if code in {"", country.code}
            for kind in sorted({network.type for network in country.networks})
        ]
        return answer(_hal(rows, asked, request))

    def _admit(self, request: Request, service: str) -> None:
        signed_in_at_rest(self._state, request, _unauthorized)
        if service not in prices.SERVICES:
            raise problems.not_found(request.path)


def _list(countries: "tuple[Country, ...] | list[Country]", service: str) -> dict[str, object]:
    return {"count": len(countries), "countries": [_shown(c, service) for c in countries]}


def _shown(country: Country, service: str) -> dict[str, object]:
    price = _text(country.price(service))
    shown: dict[str, object] = {"dialingPrefix": country.prefix}
    if country.has_default:
        shown["defaultPrice"] = price
    shown |= {
        "currency": CURRENCY,
        "countryDisplayName": country.name,
        "countryCode": country.code,
        "countryName": country.name,
    }
    if country.networks:
        shown["networks"] = [_network(network, price) for network in country.networks]
    return shown


def _network(network: Network, price: str) -> dict[str, object]:
    shown = {
        "type": network.type,
        "price": price,
        "currency": CURRENCY,
        "ranges": network.ranges,
        "aliases": network.aliases,
        "mcc": network.mcc,
        "mnc": network.mnc,
        "networkCode": network.code,
        "networkName": network.name,
    }
    return {name: value for name, value in shown.items() if value}


def _row(country: Country, kind: str, service: str) -> dict[str, object]:
    start, increment = GROUPS[service]
    return {
        "country_name": country.name,
        "dialing_prefix": country.prefix,
        "dest_network_type": kind,
        "group_internal_start": str(start),
        "rate_increment": str(increment),
        "currency": CURRENCY,
        "price": _text(country.price(service)),
    }


def _hal(
    rows: list[dict[str, object]], asked: dict[str, str], request: Request
) -> dict[str, object]:
    size = min(_whole("page_size", asked, USUAL_PAGE), LARGEST_PAGE)
    page, pages = _whole("page", asked, 1), max(-(-len(rows) // size), 1)

    def link(number: int) -> dict[str, str]:
        query = urlencode({**asked, "page": number, "page_size": size})
        return {"href": f"{request.base_url}{request.path}?{query}"}

    links = {"self": link(page), "first": link(1), "last": link(pages)}
    if page < pages:
        links["next"] = link(page + 1)
    if page > 1:
        links["prev"] = link(page - 1)
    return {
        "page_size": str(size),
        "page": str(page),
        "total_items": str(len(rows)),
        "total_pages": str(pages),
        "_embedded": {"countries": rows[(page - 1) * size : page * size]},
        "_links": links,
    }


def _whole(name: str, asked: dict[str, str], usual: int) -> int:
    text = asked.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):  # noqa: PLR2004 - digits of a page number
        raise problems.validation((name, "Is invalid"), area="", status=400)
    return int(text)


def _text(price: Decimal) -> str:
    return format(price, "f")


def _unauthorized() -> RefusedError:
    content = {"currency": CURRENCY, "code": "401", "error-code-label": "authentication failed"}
    return RefusedError(answer(content, status=401))


def _bad(parameter: str, message: str) -> RefusedError:
    return problems.bad_parameters({"parameter": parameter, "message": message})
