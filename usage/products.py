"""What Vonage makes reports of, and what each of them can be narrowed to.

Filters by telephone number are left out: they would be kept, and they are personal.
"""

from typing import NamedTuple

DIRECTIONS = ("outbound", "inbound")

FILTERS = {
    "status": "Status",
    "country": "Country",
    "network": "Network",
    "client_ref": "Client reference",
    "account_ref": "Account reference",
    "call_id": "Call ID",
    "leg_id": "Leg ID",
    "conversation_id": "Conversation ID",
    "provider": "Provider",
    "channel": "Channel",
    "locale": "Locale",
    "number_type": "Type of number",
    "parent_request_id": "Parent request ID",
    "product_name": "Name of the network API",
    "product_path": "Path of the network API",
    "request_type": "Type of request",
    "request_session_id": "Session of the request",
    "correlation_id": "Correlation ID",
    "session_id": "Video session",
    "meeting_id": "Meeting",
}
"""Vonage's parameters, and their names here."""


class Product(NamedTuple):
    """A product: Vonage's word for it, its name here, and how its records look.

    times: the columns of which the first that a table has tells when. directed: Vonage asks
    for a direction.
    """

    code: str
    name: str
    times: tuple[str, ...]
    filters: tuple[str, ...]
    directed: bool = False


_RECEIVED = ("date_received",)
_STARTED = ("date_start",)
_PLACE = ("status", "country", "network")

PRODUCTS: dict[str, Product] = {
    each.code: each
    for each in (
        Product("SMS", "SMS", _RECEIVED, (*_PLACE, "client_ref", "account_ref"), directed=True),
        Product(
            "MESSAGES", "Messages", _RECEIVED, (*_PLACE, "client_ref", "provider"), directed=True
        ),
        Product("SMS-TRAFFIC-CONTROL", "SMS traffic control", ("queued_time",), ("status",)),
        Product("VOICE-CALL", "Voice calls", _STARTED, (*_PLACE, "call_id")),
        Product("VOICE-FAILED", "Failed voice calls", _STARTED, (*_PLACE, "call_id")),
        Product("VOICE-TTS", "Text to speech", ("creation_date", "start_time"), ("status",)),
        Product("IN-APP-VOICE", "In-app voice", _STARTED, ("status", "leg_id", "conversation_id")),
        Product("WEBSOCKET-CALL", "WebSocket calls", _STARTED, ("status", "call_id")),
        Product("ASR", "Speech recognition", _STARTED, ("status", "call_id")),
        Product("AMD", "Answering machine detection", ("start_time",), ("call_id",)),
        Product("VERIFY-API", "Verify", _RECEIVED, (*_PLACE, "locale", "number_type")),
        Product(
            "VERIFY-V2",
            "Verify v2",
            _RECEIVED,
            (*_PLACE, "client_ref", "channel", "locale", "parent_request_id"),
        ),
        Product("NUMBER-INSIGHT", "Number Insight", _RECEIVED, (*_PLACE, "number_type")),
        Product(
            "CONVERSATION-EVENT",
            "Conversation events",
            ("creation_date",),
            ("client_ref", "conversation_id"),
        ),
        Product(
            "CONVERSATION-MESSAGE",
            "Conversation messages",
            ("creation_date",),
            ("client_ref", "conversation_id"),
        ),
        Product("VIDEO-API", "Video", _STARTED, ("session_id", "meeting_id")),
        Product(
            "NETWORK-API-EVENT",
            "Network APIs",
            ("event_time", "record_creation_time"),
            (
                *("status", "network", "product_name", "product_path", "request_type"),
                *("request_session_id", "correlation_id"),
            ),
        ),
        Product("REPORTS-USAGE", "Reports", _RECEIVED, ("status",)),
    )
}
"""All products, in the order in which they are listed."""
