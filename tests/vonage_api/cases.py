"""Which call of the client reads which published body, and what comes of it.

`RECORDED` names the bodies that Vonage's own SDKs and descriptions keep, as `api/case` of their
index; `EXAMPLES` names our own in `bodies`. Plain data, so that a page can be printed from it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from vonage_api.phone_numbers import NumberSettings
from vonage_api.secret import Secret

D = Decimal
START = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
END = datetime(2024, 1, 2, 9, 4, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """A call of the client: the method's name below the client, and its arguments."""

    name: str
    args: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        given = [
            *map(repr, self.args),
            *(f"{name}={value!r}" for name, value in self.named.items()),
        ]
        return f"client.{self.name}({', '.join(given)})"


@dataclass(frozen=True)
class Row:
    """A call, and what it gives: a type, an error, an outcome with either, or "request".

    has: attributes of what is given, by dotted path. "request" compares the body that is sent.
    """

    ask: Ask
    gives: str
    has: dict[str, Any] = field(default_factory=dict)


def ask(call: str, /, *args: Any, **named: Any) -> Ask:
    return Ask(call, args, named)


def read(
    call: str, gives: str, /, *args: Any, has: dict[str, Any] | None = None, **named: Any
) -> Row:
    return Row(Ask(call, args, named), gives, has or {})


def transfer(
    kind: str, gives: str, *, source: str, target: str, amount: str, reference: str
) -> Row:
    named = {"from_key": source, "to_key": target, "amount": D(amount), "reference": reference}
    has = {"value.amount": D(amount), "value.reference": reference} if gives[:2] == "Ok" else {}
    return Row(Ask(f"{kind}_transfers.make", (), named), gives, has)


BALANCE = ask("account.get_balance")
TOP_UP = ask("account.top_up", trx="8ef2447e69604f642ae59363aa5f781b")
SETTINGS = ask("account.get_settings")
SECRETS = ask("secrets.list", "abcd1234")
SECRET = ask("secrets.get", "s-1", "abcd1234")
ADD_SECRET = ask("secrets.create", Secret("Sail4way-Then"), "abcd1234")
REVOKE = ask("secrets.revoke", "s-1", "abcd1234")
LIST = ask("subaccounts.list")
GET = ask("subaccounts.get", "1234qwer")
CREATE = ask("subaccounts.create", name="test_subaccount", use_primary_account_balance=False)
SUSPEND = ask("subaccounts.modify", "1234qwer", suspended=True)
OWN = ask("subaccounts.modify", "1234qwer", use_primary_account_balance=False)
BALANCES = ask("balance_transfers.list", start=START)
CREDITS = ask("credit_transfers.list", start=START)
GIVE = ask("balance_transfers.make", from_key="a", to_key="b", amount=D("0.5"), reference="r")
LEND = ask("credit_transfers.make", from_key="a", to_key="b", amount=D("0.5"), reference="r")
MOVE = ask("number_transfers.make", from_key="a", to_key="b", number="447700900000", country="GB")
OWNED = ask("numbers.owned")
SEARCH = ask("numbers.search", country="GB")
BUY = ask("numbers.buy", country="GB", msisdn="447700900000")
CANCEL = ask("numbers.cancel", country="GB", msisdn="447700900000")
UPDATE = ask(
    "numbers.update", country="GB", msisdn="447700900000", changes=NumberSettings(app_id="a")
)
RECORDS = ask("reports.records_by_id", product="SMS", account_id="abcd1234", ids=("m-1",))
ORDER = ask("reports.create", product="SMS", account_id="abcd1234")
REPORT = ask("reports.get", "ri-1")
STOP = ask("reports.cancel", "ri-1")
REPORTS = ask("reports.list", account_id="abcd1234", status="SUCCESS")
DOWNLOAD = ask("reports.download")
EVENTS = ask("audit.page")
EVENT = ask("audit.get", "e-1")
TYPES = ask("audit.types")
COUNTRY = ask("pricing.country", "sms", country="ZM")
ALL = ask("pricing.all", "sms")
PREFIX = ask("pricing.prefix", "sms", prefix="44")
PRICES = ask("pricing.page_v2", "sms-outbound")


def refused(*asks: Ask, reading: str, writing: str) -> tuple[Row, ...]:
    """Return a row per call: reads raise `reading`, writes end as `writing`."""
    return tuple(Row(each, writing if each in WRITES else reading) for each in asks)


WRITES = (
    TOP_UP, ADD_SECRET, REVOKE, CREATE, SUSPEND, OWN, GIVE, LEND, MOVE, BUY, CANCEL, ORDER, STOP,
)  # fmt: skip
SECRET_CALLS = (SECRETS, ADD_SECRET, REVOKE)
FAMILY_CALLS = (LIST, GET, SUSPEND, CREATE, BALANCES, GIVE, MOVE)


def unauthorized(*asks: Ask) -> tuple[Row, ...]:
    return refused(*asks, reading="Unauthorized", writing="TurnedAway Unauthorized")


def not_found(*asks: Ask) -> tuple[Row, ...]:
    return refused(*asks, reading="NotFound", writing="Rejected NotFound")


def unprocessable(*asks: Ask) -> tuple[Row, ...]:
    return refused(*asks, reading="Unprocessable", writing="Rejected Unprocessable")


def forbidden(*asks: Ask) -> tuple[Row, ...]:
    """A rule that weighed the request: 403 with a name of its own."""
    return refused(*asks, reading="Forbidden", writing="Rejected Forbidden")


def turned_away(*asks: Ask) -> tuple[Row, ...]:
    """No access at all: 403 `forbidden`."""
    return refused(*asks, reading="Forbidden", writing="TurnedAway Forbidden")


def failed(*asks: Ask) -> tuple[Row, ...]:
    return refused(*asks, reading="ServerFailed", writing="Unknown ServerFailed")


def other(*asks: Ask) -> tuple[Row, ...]:
    """A status outside the table: for a write, nothing is known."""
    return refused(*asks, reading="Refused", writing="Unknown Refused")


def records(product: str, **has: Any) -> tuple[Row, ...]:
    asked = ask("reports.records_by_id", product=product, account_id="testKey", ids=("m-1",))
    return (
        Row(asked, "RecordsPage", {"status": "SUCCESS", "records.0.account_id": "testKey", **has}),
    )


def ordered(**has: Any) -> tuple[Row, ...]:
    asked = ask("reports.create", product="SMS", account_id="testKey")
    return (Row(asked, "Ok Report", {"value.status": "PENDING", **has}),)


ONE_REFUSAL = (
    read("numbers.buy", "Rejected Refused", country="GB", msisdn="1"),
    read("numbers.cancel", "Rejected Refused", country="GB", msisdn="1", target_api_key="b"),
)

RECORDED: dict[str, tuple[Row, ...]] = {
    "generic/err_401_unauthorized": unauthorized(LIST, SUSPEND, EVENTS),
    "generic/err_403_forbidden": turned_away(LIST, GIVE),
    "generic/err_404_not_found": not_found(GET, STOP),
    "generic/err_429_rate_limit": refused(
        LIST, GIVE, reading="RateLimited", writing="TurnedAway RateLimited"
    ),
    "generic/err_500": failed(LIST, GIVE),
    "generic/err_400_other_shape": refused(
        LIST, GIVE, reading="Unprocessable", writing="Unknown Unprocessable"
    ),
    "generic/spec_err_404": not_found(GET, SUSPEND),
    "generic/spec_err_405_wrong_verb": other(LIST, SUSPEND),
    "generic/spec_err_406_accept": other(LIST, SUSPEND),
    "generic/spec_err_415_content_type": other(LIST, SUSPEND),
    "account/balance": (
        Row(BALANCE, "AccountBalance", {"value": D("29.18202293"), "auto_reload": False}),
    ),
    "account/balance_php": (Row(BALANCE, "AccountBalance", {"value": D("24.428075")}),),
    "account/top_up": (Row(TOP_UP, "Ok"),),
    "account/settings": (
        Row(SETTINGS, "AccountSettings", {"max_calls_per_second": 30}),
        read(
            "account.change_settings", "Ok AccountSettings",
            mo_callback_url="https://example.com/inbound_sms_webhook",
        ),
        read("account.change_settings", "Unknown Mismatch", mo_callback_url="https://example.com"),
    ),
    "account/settings_docs_2021": (
        Row(SETTINGS, "AccountSettings", {"max_calls_per_second": None}),
    ),
    "account/err_401_authentication_failed": unauthorized(BALANCE, SETTINGS, TOP_UP),
    "account/err_400_top_up_trx_required": unprocessable(TOP_UP),
    "account/err_401_top_up_failed": (Row(TOP_UP, "Rejected Refused"),),
    "account/spec_err_401_auto_reload_not_enabled": (Row(TOP_UP, "Rejected Refused"),),
    "account/err_420_settings_api_key_required": (
        Row(SETTINGS, "Refused"),
        read("account.change_settings", "Rejected Refused", dr_callback_url=""),
    ),
    "secrets/list": (
        Row(SECRETS, "ApiSecret[]", {"0.id": "1b1b1b1b-1b1b-1b-1b1b-1b1b1b1b1b1b"}),
    ),
    "secrets/list_two": (
        Row(SECRETS, "ApiSecret[]", {"1.id": "ed70ae6a-947c-4a65-b95f-7d8ee0844fde"}),
    ),
    "secrets/create": (
        Row(ADD_SECRET, "Ok ApiSecret", {"value.id": "527ffe03-dfba-46c4-9b40-da5cbefb22c4"}),
    ),
    "secrets/get": (
        Row(SECRET, "ApiSecret", {"created": datetime(2020, 9, 8, 21, 54, 14, tzinfo=UTC)}),
    ),
    "secrets/alt_get_self_link_without_id": (
        Row(SECRET, "ApiSecret", {"id": "ad6dc56f-07b5-46e1-a527-85530e625800"}),
    ),
    "secrets/delete": (Row(REVOKE, "Ok"),),
    "secrets/err_403_max_secrets": forbidden(ADD_SECRET),
    "secrets/alt_err_403_max_secrets_old": forbidden(ADD_SECRET),
    "secrets/err_403_delete_last_secret": forbidden(REVOKE),
    "secrets/err_400_complexity": unprocessable(ADD_SECRET),
    "secrets/err_404_invalid_api_key": not_found(*SECRET_CALLS),
    "secrets/err_401_unauthorized": unauthorized(*SECRET_CALLS),
    "secrets/spec_err_404_invalid_id": not_found(SECRET, REVOKE),
    "secrets/spec_err_404_api_key_not_found": not_found(*SECRET_CALLS),
    "secrets/spec_err_401_bad_format": unauthorized(*SECRET_CALLS),
    "secrets/spec_err_400_complexity": unprocessable(ADD_SECRET),
    "subaccounts/list_own_balance": (
        Row(LIST, "SubaccountList", {
            "total_balance": D("29.6672"), "primary.name": "SMPP Account",
            "subaccounts.0.balance": D("0.5"),
        }),
    ),
    "subaccounts/list_shared_balance": (
        Row(LIST, "SubaccountList", {"primary.name": None, "subaccounts.0.balance": None}),
    ),
    "subaccounts/create_own_balance": (
        Row(CREATE, "Ok CreatedSubaccount", {
            "value.api_key": "1234qwer", "value.secret": Secret("SuperSecr3t"),
        }),
        read(
            "subaccounts.create", "Ok CreatedSubaccount", name="test_subaccount",
            secret=Secret("SuperSecr3t"), use_primary_account_balance=False,
        ),
        read("subaccounts.create", "Unknown Mismatch", name="test_subaccount"),
        read(
            "subaccounts.create", "Unknown Mismatch", name="test_subaccount",
            secret=Secret("Another4one"), use_primary_account_balance=False,
        ),
    ),
    "subaccounts/create_shared_balance": (
        read(
            "subaccounts.create", "Ok CreatedSubaccount", name="my subaccount",
            has={"value.balance": None, "value.credit_limit": None},
        ),
    ),
    "subaccounts/get_own_balance": (
        Row(GET, "Subaccount", {
            "balance": D(0), "created": datetime(2024, 8, 28, 14, 11, 32, tzinfo=UTC),
        }),
    ),
    "subaccounts/modify_suspend_own_balance": (
        Row(SUSPEND, "Ok Subaccount", {"value.suspended": True}),
        read("subaccounts.modify", "Unknown Mismatch", "1234qwer", suspended=False),
        read("subaccounts.modify", "Unknown Mismatch", "another1", suspended=True),
        read("subaccounts.modify", "Unknown Mismatch", "1234qwer", name="another"),
    ),
    "subaccounts/modify_suspend_int_zero": (
        read("subaccounts.modify", "Ok Subaccount", "asdfzxcv", suspended=True),
    ),
    "subaccounts/balance_transfer_create": (
        transfer(
            "balance", "Ok Transfer",
            source="test_api_key", target="asdfqwer", amount="0.02", reference="A reference",
        ),
        transfer(
            "balance", "Unknown Mismatch",
            source="test_api_key", target="asdfqwer", amount="0.2", reference="A reference",
        ),
    ),
    "subaccounts/balance_transfer_create_2023": (
        transfer(
            "balance", "Ok Transfer",
            source="1234asdf", target="asdfzxcv", amount="0.50", reference="test balance transfer",
        ),
    ),
    "subaccounts/credit_transfer_create": (
        transfer(
            "credit", "Ok Transfer",
            source="1234asdf", target="asdfzxcv", amount="0.5", reference="test credit transfer",
        ),
    ),
    "subaccounts/balance_transfers_list": (
        Row(BALANCES, "Transfer[]", {
            "0.id": "6917b0ae-aed3-453c-a918-e37f6ef7b21a", "0.amount": D("0.01"),
            "0.reference": "", "1.created": datetime(2023, 12, 22, 19, 40, 36, tzinfo=UTC),
        }),
    ),
    "subaccounts/balance_transfers_list_2023": (
        Row(BALANCES, "Transfer[]", {"0.reference": "test transfer"}),
        Row(CREDITS, "Malformed"),
    ),
    "subaccounts/credit_transfers_list": (
        Row(CREDITS, "Transfer[]", {"0.reference": "test credit transfer"}),
        Row(BALANCES, "Malformed"),
    ),
    "subaccounts/transfer_number": (
        read(
            "number_transfers.make", "Ok NumberTransfer",
            from_key="test_api_key", to_key="asdfqwer", number="447700900000", country="GB",
        ),
        Row(MOVE, "Unknown Mismatch"),
    ),
    "subaccounts/transfer_number_2023": (
        read(
            "number_transfers.make", "Ok NumberTransfer",
            from_key="1234asdf", to_key="asdfzxcv", number="12345678901", country="US",
        ),
    ),
    "subaccounts/err_401_unauthorized": unauthorized(*FAMILY_CALLS),
    "subaccounts/err_403_unprovisioned": refused(
        *FAMILY_CALLS, reading="Unprovisioned", writing="TurnedAway Unprovisioned"
    ),
    "subaccounts/err_404_invalid_api_key": not_found(*FAMILY_CALLS),
    "subaccounts/err_422_modify_own_to_shared": unprocessable(SUSPEND),
    "subaccounts/err_422_transfers_list_start_date": unprocessable(BALANCES, CREDITS),
    "subaccounts/err_403_credit_insufficient": forbidden(LEND),
    "subaccounts/err_403_transfer_not_primary_sub": forbidden(GIVE, LEND),
    "subaccounts/err_422_amount_not_number": unprocessable(GIVE, LEND),
    "subaccounts/err_403_number_not_owned_by_from": forbidden(MOVE),
    "subaccounts/err_403_number_account_banned": forbidden(MOVE),
    "subaccounts/err_404_number_not_found": not_found(MOVE),
    "subaccounts/err_422_number_same_accounts": unprocessable(MOVE),
    "subaccounts/alt_balance_transfer_create_spec_id": (
        transfer(
            "balance", "Ok Transfer",
            source="acc6111f", target="s5r3fds", amount="123.45",
            reference="this is a balance transfer",
        ),
    ),
    "subaccounts/alt_credit_transfer_create_spec_id": (
        transfer(
            "credit", "Ok Transfer",
            source="7c9738e6", target="ad6dc56f", amount="123.45",
            reference="This gets added to the audit log",
        ),
    ),
    "subaccounts/alt_balance_transfers_list_spec_id": (
        Row(BALANCES, "Transfer[]", {"1.id": "b9a8-43d2-c627-90f4c24a75e1"}),
    ),
    "subaccounts/alt_credit_transfers_list_spec_id": (
        Row(CREDITS, "Transfer[]", {"1.amount": D("987.65")}),
    ),
    "subaccounts/alt_list_spec_shape": (
        Row(LIST, "SubaccountList", {
            "total_balance": D("100.25"), "total_credit_limit": D("-100.25"),
            "subaccounts.0.balance": None,
        }),
    ),
    "subaccounts/alt_list_primary_with_flag": (
        Row(LIST, "SubaccountList", {
            "subaccounts.0.credit_limit": D(-15), "total_balance": D("101.50"),
        }),
    ),
    "subaccounts/alt_get_individual": (Row(GET, "Subaccount", {"credit_limit": None}),),
    "subaccounts/alt_create_without_secret": (
        read(
            "subaccounts.create", "Ok CreatedSubaccount", name="SubAccount department A",
            use_primary_account_balance=False,
            has={"value.secret": None, "value.credit_limit": D(-15)},
        ),
    ),
    "subaccounts/alt_balance_transfers_list_8_decimals": (
        Row(BALANCES, "Transfer[]", {"0.amount": D(1)}),
    ),
    "subaccounts/alt_balance_transfer_create_no_links": (
        transfer(
            "balance", "Ok Transfer",
            source="7c9738e6", target="ad6dc56f", amount="123.45",
            reference="This gets added to the audit log",
        ),
    ),
    "subaccounts/req_create": (
        read(
            "subaccounts.create", "request", name="My SubAccount",
            secret=Secret("123456789AbcDef"), use_primary_account_balance=False,
        ),
    ),
    "subaccounts/req_modify": (
        read(
            "subaccounts.modify", "request", "ad6dc56f", name="Subaccount department B",
            use_primary_account_balance=False, suspended=True,
        ),
    ),
    "subaccounts/req_transfer_amount": tuple(
        transfer(
            kind, "request",
            source="7c9738e6", target="ad6dc56f", amount="123.45",
            reference="This gets added to the audit log",
        )
        for kind in ("balance", "credit")
    ),
    "subaccounts/req_transfer_number": (
        read(
            "number_transfers.make", "request",
            from_key="7c9738e6", to_key="ad6dc56f", number="23507703696", country="GB",
        ),
    ),
    "subaccounts/alt_transfer_create_java": (
        transfer(
            "balance", "Ok Transfer",
            source="7c9738e6", target="ad6dc56f", amount="145.32", reference="Audit log ref",
        ),
    ),
    "subaccounts/spec_err_409_number_conflict": (Row(MOVE, "Rejected Refused"),),
    "subaccounts/spec_err_403_number_relationship": forbidden(MOVE),
    "subaccounts/spec_err_422_flag_not_boolean": unprocessable(OWN),
    "subaccounts/spec_err_500_internal": failed(*FAMILY_CALLS),
    "subaccounts/spec109_err_403_max_subaccounts": forbidden(CREATE),
    "subaccounts/spec109_err_403_independent_balance_off": forbidden(OWN),
    "subaccounts/spec109_err_403_quota_transfers_off": forbidden(BALANCES, CREDITS),
    "numbers/owned_list": (
        Row(OWNED, "OwnedPage", {
            "count": 2, "numbers.0.msisdn": "3400000000", "numbers.0.app_id": None,
            "numbers.1.voice_callback_type": "app",
        }),
    ),
    "numbers/owned_list_filtered": (
        read("numbers.owned", "OwnedPage", country="GB", has_application=True, has={"count": 1}),
    ),
    "numbers/owned_list_page_size_1": (
        read("numbers.owned", "OwnedPage", size=1, has={"count": 2, "numbers.0.country": "ES"}),
    ),
    "numbers/empty": (
        Row(OWNED, "OwnedPage", {"count": 0, "numbers": ()}),
        Row(SEARCH, "AvailablePage", {"count": 0, "numbers": ()}),
    ),
    "numbers/alt_empty_with_keys": (Row(SEARCH, "AvailablePage", {"numbers": ()}),),
    "numbers/search": (
        Row(SEARCH, "AvailablePage", {
            "count": 8353, "numbers.2.cost": D(1), "numbers.2.initial_price": None,
        }),
    ),
    "numbers/search_filtered": (Row(SEARCH, "AvailablePage", {"count": 2}),),
    "numbers/search_last_page": (Row(SEARCH, "AvailablePage", {"numbers.0.cost": D("0.80")}),),
    "numbers/buy_cancel_update_ok": (Row(BUY, "Ok"), Row(CANCEL, "Ok")),
    "numbers/err_420_method_failed": ONE_REFUSAL,
    "numbers/err_401_authentication_failed": unauthorized(OWNED, SEARCH, BUY, CANCEL),
    "numbers/err_401_invalid_auth_token": unauthorized(BUY),
    "numbers/err_420_address_required": ONE_REFUSAL,
    "numbers/alt_owned_list_vxml": (
        Row(OWNED, "OwnedPage", {
            "numbers.0.voice_callback_type": "vxml",
            "numbers.1.voice_status_callback": "https://example.com/second_status",
        }),
    ),
    "numbers/alt_owned_with_cost": (Row(OWNED, "OwnedPage", {"numbers.0.cost": D("1.25")}),),
    "numbers/alt_owned_node": (
        Row(OWNED, "OwnedPage", {"numbers.0.features": ("VOICE", "SMS", "MMS")}),
    ),
    "reports/records_sms_by_dates": (
        Row(RECORDS, "RecordsPage", {"items_count": 2, "records.0.total_price": "0.03330000"}),
    ),
    "reports/records_sms_by_id": (Row(RECORDS, "RecordsPage", {"records.0.client_ref": None}),),
    "reports/report_created": (
        Row(ORDER, "Ok Report", {
            "value.id": "ri3p58f-42d57cfd-1234-5678-9abc-67580d95f54a",
            "value.finished": False, "value.download_url": None,
        }),
    ),
    "reports/reports_list": (
        Row(REPORTS, "ReportList", {"items_count": 17, "reports.0.items_count": 4}),
    ),
    "reports/report_success": (
        Row(REPORT, "Report", {
            "finished": True, "items_count": 14952,
            "received": datetime(2019, 6, 17, 16, 39, 6, tzinfo=UTC),
            "download_url": "https://api.nexmo.com/v3/media/b003ed27-b4b2-4a7d-b4a5-6255ce08eea5",
        }),
    ),
    "reports/records_sms_with_cursor": (
        Row(RECORDS, "RecordsPage", {
            "cursor": "MTY0OTQ3ODAwMDAwMA", "iv": "8a2c4e6f-12d3-45b6-78c9-0a1b2c3d4e5f",
        }),
    ),
    "reports/report_success_2026": (Row(REPORT, "Report", {"items_count": 1523}),),
    "reports/req_create_all_fields": (
        read(
            "reports.create", "request", product="SMS", account_id="12aa3456",
            start=datetime(2024, 2, 2, 13, 50, tzinfo=UTC),
            end=datetime(2024, 2, 7, 14, 22, 8, tzinfo=UTC),
            direction="outbound", include_subaccounts=True,
            callback_url="https://example.com/webhook",
            filters={
                "status": "delivered", "from": "447700900001", "to": "447700900000",
                "country": "PL", "network": "12345", "client_ref": "my-personal-reference",
                "account_ref": "customer1234", "include_message": True,
                "show_concatenated": False, "call_id": "dfc0c915-1", "leg_id": "leg-123",
                "provider": "whatsapp", "locale": "en-gb", "number": "447700900000",
                "number_type": "mobile", "channel": "v2", "parent_request_id": "parent-123",
                "request_type": "fraud-score", "risk": "high", "swapped": True,
                "conversation_id": "CON-abc", "session_id": "session-123",
                "meeting_id": "meeting-123", "product_name": "simswap",
                "request_session_id": "req-session-123", "product_path": "/camara/sim-swap",
                "correlation_id": "corr-123",
            },
        ),
    ),
    "reports/req_create_minimal": (
        read("reports.create", "request", product="SMS", account_id="12aa3456"),
    ),
    "reports/node_records_sms_outbound": records("SMS"),
    "reports/node_records_sms_inbound": records("SMS"),
    "reports/node_records_messages_outbound": records("MESSAGES"),
    "reports/node_records_messages_inbound": records("MESSAGES"),
    "reports/node_records_voice_call": records("VOICE-CALL"),
    "reports/node_records_voice_failed": records("VOICE-FAILED"),
    "reports/node_records_voice_tts": records("VOICE-TTS"),
    "reports/node_records_asr": records("ASR"),
    "reports/node_records_amd": records(
        "AMD", **{"records.0.amd_beep_detection_result": True,
                  "records.0.amd_user_defined_beep_timeout": 45},
    ),
    "reports/node_records_websocket_call": records("WEBSOCKET-CALL"),
    "reports/node_records_in_app_voice": records("IN-APP-VOICE"),
    "reports/node_records_verify_api": records("VERIFY-API"),
    "reports/node_records_verify_v2": records("VERIFY-V2"),
    "reports/node_records_number_insight": records("NUMBER-INSIGHT"),
    "reports/node_records_conversation_event": records("CONVERSATION-EVENT"),
    "reports/node_records_conversation_message": records("CONVERSATION-MESSAGE"),
    "reports/node_records_network_api_event": records("NETWORK-API-EVENT"),
    "reports/node_records_sms_traffic_control": records("SMS-TRAFFIC-CONTROL"),
    "reports/node_records_video_api": records("VIDEO-API"),
    "reports/node_records_reports_usage": records(
        "REPORTS-USAGE", **{"records.0.request_params.product": "SMS"}
    ),
    "reports/node_create_async_sms_report": ordered(),
    "reports/node_create_async_report_with_callback_url": ordered(),
    "reports/node_create_async_report_with_subaccounts": ordered(),
    "reports/node_create_async_sms_report_with_status_filters": ordered(),
    "reports/node_get_report_with_pending_status": (Row(REPORT, "Report", {"finished": False}),),
    "reports/node_get_report_with_success_status": (
        Row(REPORT, "Report", {"finished": True, "items_count": 1000}),
    ),
    "reports/node_get_report_with_failed_status": (
        Row(REPORT, "Report", {"status": "FAILED", "download_url": None}),
    ),
    "reports/node_cancel_a_report": (
        read(
            "reports.cancel", "Ok Report", "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
            has={"value.status": "ABORTED"},
        ),
        Row(STOP, "Unknown Mismatch"),
    ),
    "reports/spec_err_400_invalid_json": unprocessable(ORDER),
    "reports/spec_err_400_invalid_request_parameters": unprocessable(REPORTS),
    "reports/spec_err_401": unauthorized(RECORDS, ORDER, REPORTS),
    "reports/spec_err_403": turned_away(RECORDS, ORDER),
    "reports/spec_err_404": not_found(REPORT, STOP),
    "reports/spec_err_409_abort": (Row(STOP, "Rejected Refused"),),
    "reports/spec_err_422_generic": unprocessable(ORDER),
    "reports/spec_err_422_missing_parameter": unprocessable(RECORDS, ORDER),
    "reports/spec_err_422_product": unprocessable(RECORDS, ORDER),
    "reports/spec_err_422_id_with_dates": unprocessable(RECORDS),
    "reports/csv_header_messages_outbound": (Row(DOWNLOAD, "ReportFile"),),
    "audit/event_number_updated_devapi": (
        Row(EVENT, "AuditEvent", {
            "user_email": None, "user_id": None, "context.voice-type": "sip",
            "created": datetime(2018, 8, 13, 10, 15, 31, tzinfo=UTC),
        }),
    ),
    "audit/event_number_updated_cd": (
        Row(EVENT, "AuditEvent", {"user_email": "yourname@example.com", "user_id": 1234567}),
    ),
    "audit/event_types": (Row(TYPES, "EventType[]", {"0.type": "USER_STATUS"}),),
    "audit/alt_list_page_key": (
        Row(EVENTS, "EventPage", {"number": 1, "events.0.event_type": None}),
    ),
    "audit/err_401_node": unauthorized(EVENTS),
    "audit/spec_err_400": unprocessable(EVENTS, EVENT, TYPES),
    "audit/spec_err_401": unauthorized(EVENTS, EVENT, TYPES),
    "audit/spec_err_403": refused(EVENTS, EVENT, TYPES, reading="Forbidden", writing=""),
    "audit/spec_err_404": not_found(EVENT),
    "audit/spec_list": (
        Row(EVENTS, "EventPage", {
            "number": 1, "total_pages": 2, "total_events": 120,
            "events.0.context.created.name": "My voice app",
        }),
    ),
    "pricing/country_sms": (
        Row(COUNTRY, "CountryPrice", {
            "code": "ZM", "default_price": D("0.28725"), "networks.0.code": "ZM-PREMIUM",
            "networks.0.mcc": None, "networks.1.ranges": (2607, 26076, 26096),
        }),
    ),
    "pricing/full_or_prefix_sms": (
        Row(ALL, "CountryPrice[]", {
            "0.code": "IT", "1.default_price": None, "1.networks": (),
        }),
        Row(PREFIX, "CountryPrice[]", {"0.default_price": D("0.0827")}),
    ),
    "pricing/alt_full_count_string": (Row(ALL, "CountryPrice[]", {"0.code": None}),),
    "pricing/full_docs": (Row(ALL, "CountryPrice[]", {"0.networks.0.aliases": ("41280",)}),),
    "pricing/country_docs": (Row(COUNTRY, "CountryPrice", {"networks.0.type": None}),),
    "pricing/alt_prefix_old_shape": (
        Row(PREFIX, "CountryPrice[]", {
            "0.code": "ZW", "0.dialing_prefix": "263", "0.networks.3.price": D("0.0257"),
            "0.currency": None,
        }),
    ),
    "pricing/alt_prefix_old_shape_docs": (
        Row(PREFIX, "CountryPrice[]", {"2.networks": (), "2.default_price": None}),
    ),
    "pricing/prefix_no_results": (Row(PREFIX, "nothing"),),
    "pricing/err_500_unknown": failed(PREFIX),
    "pricing/spec_err_401": unauthorized(COUNTRY, ALL, PREFIX),
    "pricing/spec_err_400": unprocessable(COUNTRY, ALL, PREFIX),
}  # fmt: skip

EXAMPLES: dict[str, tuple[Row, ...]] = {
    "balance": (
        Row(BALANCE, "AccountBalance", {"value": D("118.40255017"), "auto_reload": True}),
    ),
    "settings": (
        Row(SETTINGS, "AccountSettings", {
            "mo_callback_url": "https://harbour.example/in", "max_inbound_request": 20,
        }),
        read("account.change_settings", "Ok AccountSettings", dr_callback_url=""),
    ),
    "legacy_success": (Row(TOP_UP, "Ok"), Row(BUY, "Ok"), Row(CANCEL, "Ok")),
    "legacy_pair": (
        Row(BALANCE, "Unauthorized"), Row(SETTINGS, "Unauthorized"),
        Row(TOP_UP, "TurnedAway Unauthorized"), Row(BUY, "TurnedAway Unauthorized"),
    ),
    "secrets": (Row(SECRETS, "ApiSecret[]", {"0.id": "s-2", "1.id": "s-1"}),),
    "secret": (
        Row(SECRET, "ApiSecret", {"created": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)}),
        Row(ADD_SECRET, "Ok ApiSecret", {"value.id": "s-2"}),
        Row(REVOKE, "Unknown Mismatch"),
    ),
    "subaccounts": (
        Row(LIST, "SubaccountList", {
            "total_credit_limit": D(-90), "subaccounts.1.name": "Mountain hut",
        }),
    ),
    "subaccount": (
        read("subaccounts.get", "Subaccount", "11aa22bb", has={"credit_limit": D(0)}),
        read("subaccounts.modify", "Ok Subaccount", "11aa22bb", name="Harbour office"),
    ),
    "created_subaccount": (
        read(
            "subaccounts.create", "Ok CreatedSubaccount", name="Harbour office",
            use_primary_account_balance=False, secret=Secret("Sail4way-Then"),
            has={"value.api_key": "11aa22bb", "value.balance": D(0)},
        ),
    ),
    "transfer": (
        transfer(
            "balance", "Ok Transfer",
            source="0a1b2c3d", target="11aa22bb", amount="12.5", reference="VD7K-2",
        ),
    ),
    "balance_transfers": (
        Row(BALANCES, "Transfer[]", {
            "0.amount": D("12.5"), "0.to_key": "11aa22bb", "1.id": "t-1", "1.reference": "",
        }),
        Row(CREDITS, "Malformed"),
    ),
    "credit_transfers": (
        Row(CREDITS, "Transfer[]", {"0.id": "c-1", "0.amount": D(7), "0.reference": ""}),
        Row(BALANCES, "Malformed"),
    ),
    "number_transfer": (
        read(
            "number_transfers.make", "Ok NumberTransfer",
            from_key="0a1b2c3d", to_key="11aa22bb", number="447700900123", country="GB",
        ),
    ),
    "owned_numbers": (
        Row(OWNED, "OwnedPage", {
            "count": 2, "numbers.0.limitations.0.reach": "DOMESTIC", "numbers.0.app_id": "app-1",
            "numbers.0.voice_status_callback": "https://harbour.example/status",
            "numbers.1.cost": None,
        }),
        Row(ask("numbers.all_owned"), "OwnedNumber[]", {"1.msisdn": "34600000123"}),
        Row(UPDATE, "NotSent Withdrawn"),
    ),
    "available_numbers": (
        Row(SEARCH, "AvailablePage", {
            "count": 731, "numbers.0.initial_price": D("1.50"), "numbers.1.cost": D(1),
        }),
    ),
    "records": (
        Row(RECORDS, "RecordsPage", {
            "status": "TRUNCATED", "cursor": "c=1", "iv": "i1", "ids_not_found": ("m-8", "m-9"),
            "records.0.duration": D("1.5"), "records.1.request_params.product": "SMS",
        }),
    ),
    "last_records": (
        Row(
            ask("reports.records", product="SMS", account_id="0a1b2c3d", start=START, end=END),
            "dict[]", {"0.id": "m-3"},
        ),
    ),
    "report": (
        Row(REPORT, "Report", {
            "id": "ri-1", "finished": True, "items_count": 14952,
            "download_url": "https://api.example/v3/media/file-1",
        }),
    ),
    "pending_report": (
        read(
            "reports.create", "Ok Report", product="SMS", account_id="0a1b2c3d", start=START,
            has={"value.id": "ri-2", "value.finished": False},
        ),
    ),
    "aborted_report": (
        read("reports.cancel", "Ok Report", "ri-2", has={"value.finished": True}),
    ),
    "reports": (Row(REPORTS, "ReportList", {"items_count": 17, "reports.1.status": "SHELVED"}),),
    "events": (
        Row(EVENTS, "EventPage", {
            "total_pages": 2, "events.0.context.share": D("0.25"),
            "events.1.event_type": "A_TYPE_OF_TOMORROW", "events.1.user_email": None,
        }),
    ),
    "event": (Row(EVENT, "AuditEvent", {"context.name": "Ferry"}),),
    "event_types": (
        Row(TYPES, "EventType[]", {"1.type": "FERRY_SUNK", "1.description": ""}),
    ),
    "country_price": (
        Row(COUNTRY, "CountryPrice", {
            "name": "Norway", "networks.0.price": D("0.05"), "networks.1.code": "NO-PREMIUM",
        }),
    ),
    "prices": (
        Row(ALL, "CountryPrice[]", {"0.code": None, "1.networks": ()}),
        Row(PREFIX, "CountryPrice[]", {"1.code": "SJ"}),
    ),
    "old_prices": (
        Row(PREFIX, "CountryPrice[]", {"0.networks.0.name": "Fjord Mobile", "1.code": "SJ"}),
    ),
    "prices_v2": (
        Row(PRICES, "PricePage", {
            "number": 1, "total_pages": 2, "prices.0.price": D("0.0125"),
            "prices.1.dialing_prefix": "47", "prices.1.group_internal_start": None,
        }),
    ),
}  # fmt: skip
