"""What a record of each product looks like: its fields in order, and where each value comes from.

Nearly all values are texts. In a shape, `name` is drawn under that name, `name=text` is always
that text, and `name:other` is drawn under another name. The account comes first in each.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulator import prices, wire

DIRECTED = frozenset({"SMS", "MESSAGES"})  # they must be asked for with a direction
_VOICE = "country country_name currency date_end date_start direction"
_NETWORK = "network network_name"
_TEXTS = {
    ("SMS", "outbound"): f"""
        message_id:id account_ref changed_from= client_ref concatenated=FALSE country country_name
        currency date_finalized date_received:at dcs=0 direction error_code
        error_code_description forced_from= from ip_address latency message_body {_NETWORK}
        status tier_volume=1-10000 to total_price:price udh= validity_period=259200000
        workflow_id=""",
    ("SMS", "inbound"): f"""
        country country_name currency= date_received:at direction from:caller message_body
        message_id:id {_NETWORK} tier_volume= to:own_number total_price=0""",
    ("MESSAGES", "outbound"): f"""
        client_ref country country_name currency date_finalized date_received:at direction
        error_code estimated_price:price from latency message_body message_id:id {_NETWORK}
        pricing_model=single+message pricing_type= provider provider_error_code=
        status tier_volume=1-5000 to total_price:price workflow_id workflow_items_number=1
        workflow_items_total=1""",
    ("MESSAGES", "inbound"): f"""
        currency date_received:at direction from:caller message_body message_id:id {_NETWORK}
        provider tier_volume= to:own_number total_price=0""",
    ("VOICE-CALL", ""): f"""
        call_id {_VOICE} duration forced_from= from:own_number {_NETWORK} price status=ANSWERED
        status_code=200 status_description=Completed tier_volume=0-60 to total_price:price""",
    ("VOICE-FAILED", ""): f"""
        call_id country country_name date_end date_start direction from:own_number {_NETWORK}
        status=FAILED status_code=486 status_description=Busy+Here to""",
    ("VOICE-TTS", ""): """
        creation_date:at currency duration end_time:date_end from:own_number language=en-US length
        premium price start_time:at status=completed style=0 to total_price:price trace_id
        tts_type:premium""",
    ("ASR", ""): """
        asr_type=standard call_date_start:at call_id currency date_end date_start direction
        duration from:own_number price status=completed status_description=Recognized to
        total_price:price""",
    ("AMD", ""): """
        amd_beep_detection_result amd_detection_result=machine amd_result_sent=TRUE
        amd_user_defined_beep_timeout amd_user_defined_behavior=continue
        amd_user_defined_mode=detect_beep call_id currency end_time:date_end start_time:at
        total_price:price""",
    ("WEBSOCKET-CALL", ""): """
        call_id currency date_end date_start duration price status=completed total_price:price""",
    ("IN-APP-VOICE", ""): """
        application_id client_ref conversation_id currency date_end date_start duration leg_id
        price request_id status=completed total_price:price user_id""",
    ("VERIFY-API", ""): f"""
        country country_name currency= date_finalized date_received:at estimated_price:price
        first_event_date:at from last_event_date:date_finalized locale=en-gb {_NETWORK}
        number_type=MOBILE price pricing_model=standard request_id sms_event_count=1
        sms_price:price status=SUCCESS to tts_event_count=0 tts_price=0.00000000""",
    ("VERIFY-V2", ""): f"""
        channel=v2 client_ref country currency date_received:at email_event_count=0
        if_fraud_check=FALSE locale=en-us {_NETWORK} parent_request_id= pin_length=6
        rcs_event_count=0 request_id silentauth_event_count=0 sms_event_count=1 status=completed
        to total_price:price tts_event_count=0 whatsapp_event_count=0""",
    ("NUMBER-INSIGHT", ""): f"""
        country country_name currency= date_received:at first_name=Alex last_name=Smith {_NETWORK}
        network_type=mobile number:to ported=not_ported product_type=standard reachable=present
        request_id response_code=0 status=Success total_price:price valid=valid""",
    ("CONVERSATION-EVENT", ""): """
        application_id client_ref conversation_id creation_date:at currency price request_id
        total_price:price user_id""",
    ("CONVERSATION-MESSAGE", ""): """
        application_id client_ref conversation_id creation_date:at currency from_channel=app
        from_member_id from_message_id from_user_id:user_id other_ids price total_price:price
        trace_id""",
    ("NETWORK-API-EVENT", ""): """
        application_id correlation_id country_code:country currency event_time:at msisdn:to
        network product_name=camara-sim-swap product_path=/camara/sim-swap/v1/check
        record_creation_time:at_exactly request_session_id request_type=check
        response_result=false status=SUCCESS total_price:price""",
    ("SMS-TRAFFIC-CONTROL", ""): """
        message_id queue_duration queued_time:at status=queued""",
    ("VIDEO-API", ""): """
        application_id archive_id broadcast_id composer_id currency date_end date_start duration
        feature_name=Video+Session hls_id meeting_id session_id subscriber_id tier_volume=1-1000
        total_price:price""",
    ("REPORTS-USAGE", ""): """
        acc:account_id currency date_finished:date_finalized date_received:at date_started:at
        is_charged=TRUE items_written job_type=ASYNC_JOB master_account_id:account_id price
        product_type=reports request_params request_product=SMS status=SUCCESS
        tier_volume=1-1000 total_price:price""",
}
SHAPES = {key: ("account_id", "id", *text.split()) for key, text in _TEXTS.items()}
PRODUCTS = tuple(dict.fromkeys(product for product, _ in SHAPES))
CALLED = tuple(country for country in prices.COUNTRIES if country.networks)
STATUSES = (("delivered", "0", "Delivered"),) * 9 + (
    ("failed", "6", "Anti-Spam Rejection"),
    ("expired", "3", "Absent Subscriber - Permanent"),
)
BODIES = ("Your table is booked.", "Your parcel arrives tomorrow.", "Code: 4711", "On our way!")
SENDERS = ("Tessarine", "Hotel", "Courier", "Praxis")


@dataclass(slots=True)
class Draw:
    """One record in the making: every name is drawn once, so that fields agree."""

    rng: random.Random
    account_id: str
    direction: str
    product: str
    at: datetime
    id: str
    drawn: dict[str, Any] = field(default_factory=dict)

    def record(self, shape: tuple[str, ...]) -> dict[str, Any]:
        """Return the record of a shape."""
        return dict(self._field(text) for text in shape)

    def value(self, name: str) -> Any:
        """Return what is drawn under a name: the same at each call."""
        if name not in self.drawn:
            self.drawn[name] = VALUES.get(name, _some_id(name))(self)
        return self.drawn[name]

    def _field(self, text: str) -> tuple[str, Any]:
        name, fixed, value = text.partition("=")
        if fixed:
            return name, value.replace("+", " ")
        name, _, other = text.partition(":")
        return name, self.value(other or name)


def _some_id(name: str) -> Callable[[Draw], str]:
    return lambda draw: f"{name.removesuffix('_id')}-{draw.rng.getrandbits(48):012x}"


def _country(draw: Draw) -> prices.Country:
    return draw.rng.choice(CALLED)


def _network(draw: Draw) -> prices.Network:
    country: prices.Country = draw.value(".country")
    return draw.rng.choice(country.networks)


def _price(draw: Draw) -> str:
    country: prices.Country = draw.value(".country")
    return format(country.price("sms" if draw.product in DIRECTED else "voice"), "f")


def _number(draw: Draw) -> str:
    country: prices.Country = draw.value(".country")
    return f"{country.prefix}{draw.rng.randrange(10**9):09d}"


def _later(seconds: int) -> Callable[[Draw], str]:
    def moment(draw: Draw) -> str:
        return wire.with_offset(draw.at + timedelta(seconds=draw.rng.randint(1, seconds)))

    return moment


VALUES: dict[str, Callable[[Draw], Any]] = {
    ".country": _country,
    ".network": _network,
    ".status": lambda draw: draw.rng.choice(STATUSES),
    "account_id": lambda draw: draw.account_id,
    "account_ref": lambda draw: f"customer{draw.rng.randint(1000, 1040)}",
    "amd_beep_detection_result": lambda draw: draw.rng.random() < 0.5,  # noqa: PLR2004 - a coin
    "amd_user_defined_beep_timeout": lambda draw: draw.rng.choice((45, 60, 90)),
    "at": lambda draw: wire.with_offset(draw.at),
    "at_exactly": lambda draw: wire.exact_time(draw.at),
    "call_id": lambda draw: str(uuid.UUID(int=draw.rng.getrandbits(128), version=4)),
    "caller": _number,
    "client_ref": lambda draw: draw.rng.choice((None, f"ref-{draw.rng.randint(1, 500)}")),
    "country": lambda draw: draw.value(".country").code,
    "country_name": lambda draw: draw.value(".country").name,
    "currency": lambda _: "EUR",
    "date_end": _later(600),
    "date_finalized": _later(9),
    "date_start": lambda draw: wire.with_offset(draw.at),
    "direction": lambda draw: draw.direction or draw.rng.choice(("outbound", "inbound")),
    "duration": lambda draw: str(draw.rng.randint(1, 600)),
    "error_code": lambda draw: draw.value(".status")[1],
    "error_code_description": lambda draw: draw.value(".status")[2],
    "from": lambda draw: draw.rng.choice(SENDERS),
    "id": lambda draw: draw.id,
    "ip_address": lambda draw: f"203.0.113.{draw.rng.randint(1, 40)}",
    "items_written": lambda draw: str(draw.rng.randint(1, 5000)),
    "latency": lambda draw: str(draw.rng.randint(300, 9000)),
    "length": lambda draw: str(draw.rng.randint(5, 300)),
    "message_body": lambda draw: draw.rng.choice(BODIES),
    "network": lambda draw: draw.value(".network").code,
    "network_name": lambda draw: draw.value(".network").name,
    "other_ids": lambda draw: f'{{"event_id":"evt-{draw.rng.randint(1, 9999):04d}"}}',
    "own_number": lambda draw: f"4477009{draw.rng.randint(0, 999):05d}",
    "premium": lambda draw: draw.rng.choice(("premium", "standard")),
    "price": _price,
    "provider": lambda draw: draw.rng.choice(("sms", "whatsapp", "rcs")),
    "queue_duration": lambda draw: str(draw.rng.randint(10, 900)),
    "request_params": lambda draw: {"product": "SMS", "account_id": draw.account_id},
    "status": lambda draw: draw.value(".status")[0],
    "to": _number,
}
