"""What messages and calls cost, country by country. All figures are made up."""

from dataclasses import dataclass
from decimal import Decimal

SERVICES = ("sms", "sms-transit", "voice")
TRANSIT = Decimal("0.9")  # of the price of a message
EIGHT = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Network:
    """A network of a country; `mcc` and `mnc` for mobile ones only."""

    code: str
    name: str
    type: str = "mobile"
    mcc: str = ""
    mnc: str = ""
    ranges: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Country:
    """A country: EUR per message (`sms`) and per minute (`voice`); an empty price is none."""

    code: str
    name: str
    prefix: str
    sms: str
    voice: str
    networks: tuple[Network, ...] = ()
    has_default: bool = True

    def price(self, service: str) -> Decimal:
        """Return EUR per message or minute."""
        price = Decimal(self.voice if service == "voice" else self.sms)
        return (price * TRANSIT if service == "sms-transit" else price).quantize(EIGHT)


def _mobile(mcc: str, mnc: str, name: str, *ranges: int, aliases: str = "") -> Network:
    other = tuple(aliases.split()) if aliases else ()
    return Network(mcc + mnc, name, "mobile", mcc, mnc, ranges, other)


def _other(code: str, name: str, kind: str, *ranges: int) -> Network:
    return Network(code, name, kind, ranges=ranges)


def _usual(code: str, name: str, *mobile: Network) -> tuple[Network, ...]:
    return (*mobile, _other(f"{code}-FIXED", f"{name} Landline", "landline"))


COUNTRIES = (
    Country(
        "AF",
        "Afghanistan",
        "93",
        "0.101",
        "0.198",
        (_mobile("412", "88", "Hindu Kush Mobile", aliases="41280"),),
        has_default=False,
    ),
    Country("AT", "Austria", "43", "0.0712", "0.0241", _usual("AT", "Austria")),
    Country("AU", "Australia", "61", "0.0466", "0.0184", _usual("AU", "Australia")),
    Country("BE", "Belgium", "32", "0.0809", "0.0312", _usual("BE", "Belgium")),
    Country(
        "CA",
        "Canada",
        "1",
        "0.0062",
        "0.0089",
        (_mobile("302", "530", "Northern Lights Wireless"),),
    ),
    Country("CH", "Switzerland", "41", "0.0605", "0.0371", _usual("CH", "Switzerland")),
    Country(
        "DE",
        "Germany",
        "49",
        "0.0782",
        "0.0191",
        _usual("DE", "Germany", _mobile("262", "98", "Elbfunk"), _mobile("262", "99", "Isartel")),
    ),
    Country("ES", "Spain", "34", "0.0654", "0.0157", _usual("ES", "Spain")),
    Country("FR", "France", "33", "0.0651", "0.0143", _usual("FR", "France")),
    Country(
        "GB",
        "United Kingdom",
        "44",
        "0.0333",
        "0.0117",
        _usual("GB", "United Kingdom", _mobile("234", "98", "Pennine Mobile", 4477, 4478)),
    ),
    Country("IE", "Ireland", "353", "0.0571", "0.0212", _usual("IE", "Ireland")),
    Country(
        "IT",
        "Italy",
        "39",
        "0.0827",
        "0.0222",
        (
            _mobile("222", "97", "Appennino Mobile"),
            _mobile("222", "98", "Laguna Telecom"),
            _other("IT-PREMIUM", "Italy Premium", "landline_premium"),
        ),
    ),
    Country("JP", "Japan", "81", "0.0624", "0.0551", _usual("JP", "Japan")),
    Country("NL", "Netherlands", "31", "0.0735", "0.0219", _usual("NL", "Netherlands")),
    Country("PL", "Poland", "48", "0.0278", "0.0168", _usual("PL", "Poland")),
    Country("PT", "Portugal", "351", "0.0331", "0.0175", _usual("PT", "Portugal")),
    Country("SE", "Sweden", "46", "0.0512", "0.0159", _usual("SE", "Sweden")),
    Country("TR", "Türkiye", "90", "0.0061", "0.0264", _usual("TR", "Türkiye")),
    Country(
        "US",
        "United States",
        "1",
        "0.0068",
        "0.0127",
        (
            _mobile("310", "998", "Prairie Cellular"),
            _mobile("310", "999", "Blue Ridge Wireless"),
            _other("US-VIRTUAL", "United States Virtual", "virtual"),
        ),
    ),
    Country("VA", "Vatican City", "39", "0", "0", has_default=False),
    Country(
        "ZM",
        "Zambia",
        "260",
        "0.28725",
        "0.31",
        (
            _other("ZM-PREMIUM", "Zambia Premium", "landline_premium", 26090),
            _mobile("645", "98", "Kafue Cellular", 2607, 26076, 26096),
            _other("ZM-TOLL-FREE", "Zambia Toll Free", "landline_tollfree", 2608),
            _other("ZM-FIXED", "Zambia Landline", "landline", 2602),
        ),
    ),
)
BY_CODE = {country.code: country for country in COUNTRIES}
