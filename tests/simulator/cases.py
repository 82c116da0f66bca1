"""Which request makes the simulator give which recorded or published answer.

Plain data: the tests play it, and a table for people can be printed from it. Paths and values may
hold `{primary}`, `{own}`, `{shared}`, `{suspended}` (keys of the cast) and whatever a step keeps.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    """A request: as one of the cast (empty: without credentials), or to the administration."""

    method: str
    path: str
    json: Any = None
    form: dict[str, str] | None = None
    query: dict[str, Any] | None = None
    by: str = "primary"
    headers: dict[str, str] = field(default_factory=dict)
    keep: dict[str, str] = field(default_factory=dict)  # name: path in the answer, as a.0.b


@dataclass(frozen=True)
class Case:
    """`name` is the case of the index, `step` provokes it, `before` sets the scene.

    `more`: the simulator shows further keys or rows, which other sources show.
    `without`: keys that it leaves out. `words`: whether titles, reasons and labels are the same.
    `sends`: the body is that of the case itself, which is a request.
    """

    name: str
    step: Step
    before: tuple[Step, ...] = ()
    more: bool = False
    without: tuple[str, ...] = ()
    words: bool = True
    any_number: bool = False  # a whole number where the other has decimals
    any_order: bool = False  # of the keys
    sends: bool = False
    packed: bool = False  # a zip, whose first line is compared
    note: str = ""


def admin(path: str, /, **values: Any) -> Step:
    """Return a step of the administration."""
    return Step("POST", path, json=values, by="admin")


def fault(name: str, method: str = "POST") -> Step:
    """Let the next request of this method be struck."""
    return admin("/faults/rules", fault=name, method=method)


K = "/accounts/{primary}"
FAMILY, SECRETS = f"{K}/subaccounts", f"{K}/secrets"
BALANCE, CREDIT = f"{K}/balance-transfers", f"{K}/credit-transfers"
OWN = f"{FAMILY}/{{own}}"
NUMBER = f"{K}/transfer-number"
RECORDS, REPORTS = "/v2/reports/records", "/v2/reports"
EVENTS = "/beta/audit/events"
PRICES, PRICE = "/account/get-{}-pricing/outbound/sms", "/account/get-pricing/outbound/sms"
MSISDN = "447700900000"
DAY = {"date_start": "2024-08-27T00:00:00Z", "date_end": "2024-08-28T00:00:00Z"}
SMS = {"product": "SMS", "account_id": "{primary}", "direction": "outbound"}
SINCE = {"start_date": "2022-01-01T00:00:00Z"}
TRANSFER = {"from": "{primary}", "to": "{own}", "amount": 0.5, "reference": "A reference"}
MOVE = {"from": "{primary}", "to": "{own}", "number": MSISDN, "country": "GB"}
BUY = {"country": "GB", "msisdn": MSISDN}
GIVE = admin("/numbers", msisdn=MSISDN, owner="{primary}")
APP = {"app_id": "29f769d7-7ce1-46c9-ade3-f2dedee4fa4c"}
ES_AND_GB = (
    admin("/numbers", msisdn="34600000000", owner="{primary}"),
    GIVE,
    Step("POST", "/number/update", form={**BUY, **APP}),
)
SECOND = Step("POST", SECRETS, json={"secret": "SecondSecr3t"}, keep={"secret_id": "id"})
FIRST_ID = Step("GET", SECRETS, keep={"secret_id": "_embedded.secrets.0.id"})
TWO_TRANSFERS = (
    Step("POST", BALANCE, json=TRANSFER),
    Step("POST", BALANCE, json={**TRANSFER, "reference": ""}),
)
CREATE = Step("POST", REPORTS, json={**SMS, **DAY}, keep={"report": "request_id"})
LATER = admin("/clock", clock_offset=3600)
SHOW = Step("GET", f"{REPORTS}/{{report}}")
DONE = Step("GET", f"{REPORTS}/{{report}}", keep={"file": "_links.download_report.href"})
PAST_FILE = (CREATE, LATER, DONE)
WITH_TEXTS = {"include_message": "true", "show_concatenated": "true"}
DASHBOARD = admin(
    "/audit", type="NUMBER_UPDATED", context={"country": "GB", "msisdn": MSISDN, "http": "x"}
)
LATEST = Step("GET", EVENTS, keep={"event": "_embedded.events.0.id"})
APP_CREATED = admin("/audit", type="APP_CREATE", context={"created": {}})


def _records(product: str, direction: str = "") -> Case:
    """Return the case of a product's records, which other sources show with further fields."""
    name = "_".join(filter(None, ("node_records", product.lower().replace("-", "_"), direction)))
    asked = {"product": product, "account_id": "{primary}", **DAY, **WITH_TEXTS}
    if direction:
        asked["direction"] = direction
    return Case(f"reports/{name}", Step("GET", RECORDS, query=asked), more=True)


def _report(name: str, *, step: Step = SHOW, before: tuple[Step, ...] = (CREATE,)) -> Case:
    return Case(f"reports/{name}", step, before=before, more=True)


def _created(name: str, **more: Any) -> Case:
    step = Step("POST", REPORTS, json={**SMS, **DAY, **more})
    left_out = ("start_time", "items_count")
    return Case(f"reports/{name}", step, more=True, without=left_out, note="as documented in 2021")


GENERIC = (
    Case("generic/err_401_unauthorized", Step("GET", RECORDS, by="")),
    Case("generic/err_429_rate_limit", Step("POST", BALANCE), before=(fault("429"),)),
    Case("generic/err_500", Step("GET", RECORDS), before=(fault("500-before", "GET"),)),
    Case("generic/spec_err_404", Step("GET", "/accounts"), words=False),
    Case("generic/spec_err_405_wrong_verb", Step("PUT", FAMILY), words=False),
    Case(
        "generic/spec_err_406_accept",
        Step("GET", FAMILY, headers={"Accept": "text/html"}),
    ),
    Case(
        "generic/spec_err_415_content_type",
        Step("POST", FAMILY, form={"name": "x"}),
    ),
)
ACCOUNT = (
    Case("account/balance", Step("GET", "/account/get-balance")),
    Case("account/balance_php", Step("GET", "/account/get-balance")),
    Case(
        "account/top_up",
        Step("POST", "/account/top-up", form={"trx": "00X123"}),
        before=(admin("/switches", auto_reload_trx="00X123", auto_reload_amount="10"),),
    ),
    Case(
        "account/settings",
        Step("POST", "/account/settings", form={"moCallBackUrl": "https://example.com/mo"}),
    ),
    Case("account/settings_docs_2021", Step("POST", "/account/settings"), more=True),
    Case("account/err_401_authentication_failed", Step("GET", "/account/get-balance", by="nobody")),
    Case("account/err_400_top_up_trx_required", Step("POST", "/account/top-up")),
    Case(
        "account/err_401_top_up_failed",
        Step("POST", "/account/top-up", form={"trx": "unknown"}),
        before=(admin("/switches", auto_reload_trx="00X123", auto_reload_amount="10"),),
    ),
    Case(
        "account/spec_err_401_auto_reload_not_enabled",
        Step("POST", "/account/top-up", form={"trx": "00X123"}),
    ),
    Case("account/err_420_settings_api_key_required", Step("POST", "/account/settings", by="")),
)
SECRET = (
    Case("secrets/list", Step("GET", SECRETS)),
    Case("secrets/list_two", Step("GET", SECRETS), before=(SECOND,)),
    Case("secrets/create", Step("POST", SECRETS, json={"secret": "SecondSecr3t"})),
    Case("secrets/get", Step("GET", f"{SECRETS}/{{secret_id}}"), before=(FIRST_ID,)),
    Case("secrets/delete", Step("DELETE", f"{SECRETS}/{{secret_id}}"), before=(SECOND,)),
    Case(
        "secrets/err_403_max_secrets",
        Step("POST", SECRETS, json={"secret": "ThirdSecr3t"}),
        before=(SECOND,),
    ),
    Case(
        "secrets/err_403_delete_last_secret",
        Step("DELETE", f"{SECRETS}/{{secret_id}}"),
        before=(FIRST_ID,),
    ),
    Case("secrets/err_400_complexity", Step("POST", SECRETS, json={"secret": "weak"})),
    Case("secrets/err_404_invalid_api_key", Step("GET", "/accounts/abc1234/secrets")),
    Case("secrets/err_401_unauthorized", Step("GET", SECRETS, by="nobody")),
    Case("secrets/spec_err_404_invalid_id", Step("GET", f"{SECRETS}/07239aeb-d756")),
    Case(
        "secrets/spec_err_404_api_key_not_found",
        Step("GET", "/accounts/abc1234/secrets"),
        words=False,
        note="the words are those of the fixture",
    ),
    Case(
        "secrets/spec_err_401_bad_format",
        Step("GET", SECRETS, by="", headers={"Authorization": "Token abc"}),
    ),
    Case(
        "secrets/spec_err_400_complexity",
        Step("POST", SECRETS, json={"secret": "weak"}),
        words=False,
        note="the words are those of the fixture",
    ),
)
SUBACCOUNT = (
    Case(
        "subaccounts/list_own_balance",
        Step("GET", FAMILY),
        before=(admin("/only", keep=["own", "suspended"]),),
    ),
    Case(
        "subaccounts/list_shared_balance",
        Step("GET", FAMILY),
        before=(admin("/only", keep=["shared"]),),
    ),
    Case(
        "subaccounts/create_own_balance",
        Step(
            "POST",
            FAMILY,
            json={
                "name": "test_subaccount",
                "secret": "SuperSecr3t",
                "use_primary_account_balance": False,
            },
        ),
    ),
    Case(
        "subaccounts/create_shared_balance",
        Step("POST", FAMILY, json={"name": "my subaccount", "secret": "Password123"}),
    ),
    Case("subaccounts/get_own_balance", Step("GET", OWN)),
    Case(
        "subaccounts/modify_suspend_own_balance",
        Step("PATCH", OWN, json={"suspended": True, "name": "modified"}),
    ),
    Case(
        "subaccounts/modify_suspend_int_zero",
        Step("PATCH", OWN, json={"suspended": True, "name": "modified"}),
        any_number=True,
        note="a zero has four decimals, as in the other recording",
    ),
    Case("subaccounts/balance_transfer_create", Step("POST", BALANCE, json=TRANSFER)),
    Case("subaccounts/balance_transfer_create_2023", Step("POST", BALANCE, json=TRANSFER)),
    Case("subaccounts/credit_transfer_create", Step("POST", CREDIT, json=TRANSFER)),
    Case(
        "subaccounts/balance_transfers_list",
        Step("GET", BALANCE, query=SINCE),
        before=TWO_TRANSFERS,
    ),
    Case(
        "subaccounts/balance_transfers_list_2023",
        Step("GET", BALANCE, query=SINCE),
        before=TWO_TRANSFERS,
    ),
    Case(
        "subaccounts/credit_transfers_list",
        Step("GET", CREDIT, query=SINCE),
        before=(Step("POST", CREDIT, json=TRANSFER),),
    ),
    Case("subaccounts/transfer_number", Step("POST", NUMBER, json=MOVE), before=(GIVE,)),
    Case(
        "subaccounts/transfer_number_2023",
        Step("POST", NUMBER, json=MOVE),
        before=(GIVE,),
        without=("masterAccountId",),
        any_order=True,
        note="as in the later recording",
    ),
    Case("subaccounts/err_401_unauthorized", Step("GET", FAMILY, by="nobody")),
    Case(
        "subaccounts/err_403_unprovisioned",
        Step("GET", FAMILY),
        before=(admin("/provision", provisioned=False),),
    ),
    Case("subaccounts/err_404_invalid_api_key", Step("GET", f"{FAMILY}/1234asdf")),
    Case(
        "subaccounts/err_422_modify_own_to_shared",
        Step("PATCH", OWN, json={"use_primary_account_balance": True}),
    ),
    Case(
        "subaccounts/err_422_transfers_list_start_date",
        Step("GET", BALANCE, query={"start_date": "2022-01-01T00:00:00.000Z"}),
    ),
    Case(
        "subaccounts/err_403_credit_insufficient",
        Step("POST", CREDIT, json={**TRANSFER, "amount": 1000}),
    ),
    Case(
        "subaccounts/err_403_transfer_not_primary_sub",
        Step("POST", BALANCE, json={**TRANSFER, "from": "{own}", "to": "{suspended}"}),
    ),
    Case(
        "subaccounts/err_422_amount_not_number",
        Step("POST", BALANCE, json={**TRANSFER, "amount": "0.5"}),
    ),
    Case(
        "subaccounts/err_403_number_not_owned_by_from",
        Step("POST", NUMBER, json={**MOVE, "from": "{own}", "to": "{shared}"}),
        before=(GIVE,),
    ),
    Case(
        "subaccounts/err_403_number_account_banned",
        Step("POST", NUMBER, json={**MOVE, "to": "{suspended}"}),
        before=(GIVE,),
    ),
    Case("subaccounts/err_404_number_not_found", Step("POST", NUMBER, json=MOVE)),
    Case(
        "subaccounts/err_422_number_same_accounts",
        Step("POST", NUMBER, json={**MOVE, "to": "{primary}"}),
    ),
    Case("subaccounts/req_create", Step("POST", FAMILY), sends=True),
    Case("subaccounts/req_modify", Step("PATCH", f"{FAMILY}/{{shared}}"), sends=True),
    Case("subaccounts/req_transfer_amount", Step("POST", BALANCE), sends=True),
    Case(
        "subaccounts/req_transfer_number",
        Step("POST", NUMBER),
        before=(GIVE,),
        sends=True,
    ),
    Case(
        "subaccounts/spec_err_409_number_conflict",
        Step("POST", NUMBER, json={**MOVE, "from": "{own}", "to": "{primary}"}),
        before=(GIVE,),
    ),
    Case(
        "subaccounts/spec_err_403_number_relationship",
        Step("POST", NUMBER, json={**MOVE, "to": "1234asdf"}),
        before=(GIVE,),
    ),
    Case(
        "subaccounts/spec_err_422_flag_not_boolean",
        Step("PATCH", OWN, json={"use_primary_account_balance": "no"}),
    ),
    Case(
        "subaccounts/spec_err_500_internal",
        Step("POST", BALANCE, json=TRANSFER),
        before=(fault("500-after"),),
    ),
    Case(
        "subaccounts/spec109_err_403_max_subaccounts",
        Step("POST", FAMILY, json={"name": "One too many"}),
        before=(admin("/tier", max_subaccounts=3),),
    ),
    Case(
        "subaccounts/spec109_err_403_independent_balance_off",
        Step("PATCH", f"{FAMILY}/{{shared}}", json={"use_primary_account_balance": False}),
        before=(admin("/tier", own_balances=False),),
    ),
    Case(
        "subaccounts/spec109_err_403_quota_transfers_off",
        Step("GET", BALANCE, query=SINCE),
        before=(admin("/tier", transfers=False),),
    ),
)
NUMBERS = (
    Case("numbers/owned_list", Step("GET", "/account/numbers"), before=ES_AND_GB),
    Case(
        "numbers/owned_list_filtered",
        Step("GET", "/account/numbers", query={"country": "GB"}),
        before=ES_AND_GB,
    ),
    Case(
        "numbers/owned_list_page_size_1",
        Step("GET", "/account/numbers", query={"size": 1}),
        before=ES_AND_GB,
    ),
    Case("numbers/empty", Step("GET", "/account/numbers")),
    Case(
        "numbers/search",
        Step("GET", "/number/search", query={"country": "GB", "type": "landline", "size": 3}),
    ),
    Case(
        "numbers/search_filtered",
        Step("GET", "/number/search", query={"country": "GB", "type": "landline", "size": 1}),
    ),
    Case(
        "numbers/search_last_page",
        Step("GET", "/number/search", query={"country": "GB", "pattern": "4477009009"}),
    ),
    Case("numbers/buy_cancel_update_ok", Step("POST", "/number/buy", form=BUY)),
    Case("numbers/err_420_method_failed", Step("POST", "/number/cancel", form=BUY)),
    Case("numbers/err_401_authentication_failed", Step("GET", "/account/numbers", by="")),
    Case(
        "numbers/err_420_address_required",
        Step("POST", "/number/buy", form={"country": "DE", "msisdn": "4917139200"}),
    ),
)
REPORT = (
    Case(
        "reports/records_sms_by_dates",
        Step("GET", RECORDS, query={**SMS, **DAY, "status": "delivered"}),
        more=True,
    ),
    Case(
        "reports/records_sms_by_id",
        Step("GET", RECORDS, query={**SMS, "id": "{record}"}),
        before=(Step("GET", RECORDS, query={**SMS, **DAY}, keep={"record": "records.0.id"}),),
        more=True,
    ),
    Case("reports/report_created", CREATE),
    Case(
        "reports/reports_list",
        Step("GET", REPORTS, query={"account_id": "{primary}", "status": "SUCCESS"}),
        before=(
            Step("POST", REPORTS, json={**SMS, **DAY, "status": "delivered"}),
            LATER,
        ),
    ),
    Case("reports/report_success", SHOW, before=(CREATE, LATER)),
    Case(
        "reports/records_sms_with_cursor",
        Step("GET", RECORDS, query={**SMS, **DAY, "date_start": "2023-12-01T00:00:00Z"}),
        more=True,
    ),
    Case(
        "reports/report_success_2026",
        SHOW,
        before=(
            Step(
                "POST",
                REPORTS,
                json={
                    **SMS,
                    **DAY,
                    "include_subaccounts": True,
                    "callback_url": "https://example.com/webhook",
                },
                keep={"report": "request_id"},
            ),
            LATER,
        ),
        more=True,
    ),
    Case("reports/req_create_all_fields", Step("POST", REPORTS), sends=True),
    Case(
        "reports/req_create_minimal",
        Step("POST", REPORTS),
        sends=True,
        note="it lacks the direction, which SMS needs: 422",
    ),
    _records("SMS", "outbound"),
    _records("SMS", "inbound"),
    _records("MESSAGES", "outbound"),
    _records("MESSAGES", "inbound"),
    *map(
        _records,
        (
            "VOICE-CALL",
            "VOICE-FAILED",
            "VOICE-TTS",
            "ASR",
            "AMD",
            "WEBSOCKET-CALL",
            "IN-APP-VOICE",
            "VERIFY-API",
            "VERIFY-V2",
            "NUMBER-INSIGHT",
            "CONVERSATION-EVENT",
            "CONVERSATION-MESSAGE",
            "NETWORK-API-EVENT",
            "SMS-TRAFFIC-CONTROL",
            "VIDEO-API",
            "REPORTS-USAGE",
        ),
    ),
    _created("node_create_async_sms_report"),
    _created("node_create_async_report_with_callback_url", callback_url="https://example.com/x"),
    _created("node_create_async_report_with_subaccounts", include_subaccounts=True),
    _created("node_create_async_sms_report_with_status_filters", status="delivered"),
    _report("node_get_report_with_pending_status"),
    _report("node_get_report_with_success_status", before=(CREATE, LATER)),
    _report(
        "node_get_report_with_failed_status",
        before=(CREATE, admin("/reports", id="{report}", status="FAILED")),
    ),
    _report("node_cancel_a_report", step=Step("DELETE", f"{REPORTS}/{{report}}")),
    Case(
        "reports/spec_err_400_invalid_json",
        Step("POST", REPORTS, json=["not", "an", "object"]),
    ),
    Case("reports/spec_err_400_invalid_request_parameters", Step("GET", REPORTS)),
    Case("reports/spec_err_401", Step("GET", REPORTS, by="nobody")),
    Case(
        "reports/spec_err_403",
        Step("GET", RECORDS, query={**SMS, **DAY, "account_id": "1234asdf"}),
    ),
    Case("reports/spec_err_404", Step("GET", f"{REPORTS}/aaaa1111-bbbb")),
    Case("reports/spec_err_409_abort", Step("DELETE", SHOW.path), before=(CREATE, LATER)),
    Case(
        "reports/spec_err_422_generic",
        Step(
            "POST",
            REPORTS,
            json={**SMS, "date_start": DAY["date_end"], "date_end": DAY["date_start"]},
        ),
    ),
    Case(
        "reports/spec_err_422_missing_parameter",
        Step("GET", RECORDS, query={**SMS, "date_start": DAY["date_start"]}),
        before=(admin("/switches", strict_reports=True),),
    ),
    Case(
        "reports/spec_err_422_product",
        Step("GET", RECORDS, query={**SMS, "product": "FAX"}),
        words=False,
        note="the list of products is that of 2026",
    ),
    Case(
        "reports/spec_err_422_id_with_dates",
        Step("GET", RECORDS, query={**SMS, **DAY, "id": "12000000E506AC66"}),
    ),
    Case(
        "reports/csv_header_messages_outbound",
        Step("GET", "{file}"),
        before=(
            Step(
                "POST",
                REPORTS,
                json={**SMS, **DAY, "product": "MESSAGES"},
                keep={"report": "request_id"},
            ),
            LATER,
            DONE,
        ),
        packed=True,
    ),
)
AUDIT = (
    Case(
        "audit/event_number_updated_devapi",
        Step("GET", f"{EVENTS}/{{event}}"),
        before=(GIVE, Step("POST", "/number/update", form=BUY), LATEST),
    ),
    Case(
        "audit/event_number_updated_cd",
        Step("GET", f"{EVENTS}/{{event}}"),
        before=(DASHBOARD, LATEST),
    ),
    Case("audit/event_types", Step("OPTIONS", EVENTS)),
    Case("audit/err_401_node", Step("GET", EVENTS, by=""), words=False),
    Case("audit/spec_err_400", Step("GET", EVENTS, query={"size": 0}), words=False),
    Case("audit/spec_err_401", Step("GET", EVENTS, by="nobody")),
    Case("audit/spec_err_403", Step("GET", EVENTS, by="suspended"), words=False),
    Case("audit/spec_err_404", Step("GET", f"{EVENTS}/aaaa1111-bbbb")),
    Case(
        "audit/spec_list",
        Step("GET", EVENTS, query={"size": 1}),
        before=(APP_CREATED, APP_CREATED),
    ),
)
PRICING = (
    Case("pricing/country_sms", Step("GET", PRICE, query={"country": "ZM"})),
    Case("pricing/full_or_prefix_sms", Step("GET", PRICES.format("prefix"), query={"prefix": 39})),
    Case("pricing/full_docs", Step("GET", PRICES.format("full")), more=True),
    Case(
        "pricing/country_docs",
        Step("GET", PRICE, query={"country": "GB"}),
        more=True,
    ),
    Case("pricing/prefix_no_results", Step("GET", PRICES.format("prefix"), query={"prefix": 99})),
    Case(
        "pricing/err_500_unknown",
        Step("GET", PRICES.format("prefix"), query={"prefix": 39}),
        before=(fault("500-before", "GET"),),
    ),
    Case("pricing/spec_err_401", Step("GET", PRICES.format("full"), by="nobody")),
    Case("pricing/spec_err_400", Step("GET", PRICE)),
)
CASES = (*GENERIC, *ACCOUNT, *SECRET, *SUBACCOUNT, *NUMBERS, *REPORT, *AUDIT, *PRICING)
NOT_GIVEN = {
    "generic/err_403_forbidden": "no account-side API is known to answer so",
    "generic/err_404_not_found": "another product",
    "generic/err_400_other_shape": "no account-side API is known to answer so",
    "numbers/err_401_invalid_auth_token": "the other 401 has more sources",
}


def is_alternative(name: str) -> bool:
    """Tell whether a client must read it, though the simulator never says it."""
    return name.partition("/")[2].startswith("alt_")
