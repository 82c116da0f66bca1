"""What in a record may be whose: personal data, prices, and what harms nobody.

Harmless is what stands in the closed list. A column that nobody has looked at, of tomorrow's Vonage
for example, is personal; so is every value that is not a plain one, whatever its column.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor, held_on
from usage.models import Report
from usage.seeing import holds_on_all

HIDDEN = "hidden"


class Kind(StrEnum):
    """Who may read a column."""

    HARMLESS = "harmless"
    PERSONAL = "personal"
    COST = "cost"


# What may be a price, in columns that are not known to be harmless.
_COST = re.compile(
    r"price|cost|rate|charg|currency|amount|fee|billed|balance|tariff", re.IGNORECASE
)

# Known, and somebody's: numbers and names of people, what they wrote, where they were, and the
# fields into which customers write what they like. Not needed to hide them; it is their record.
PERSONAL = frozenset(
    {
        *("from", "to", "number", "msisdn", "forced_from", "changed_from"),
        *("first_name", "last_name", "user_id", "from_user_id", "from_member_id", "subscriber_id"),
        *("ip_address", "message_body", "udh", "client_ref", "account_ref"),
        *("other_ids", "request_params", "response_result"),
    }
)

_EVERYWHERE = "account_id id status direction country country_name network network_name tier_volume"
_MESSAGE = """
    message_id date_received date_finalized error_code error_code_description latency
    workflow_id"""
_CALL = """
    call_id date_start date_end duration status_code status_description"""
HARMLESS: dict[str, frozenset[str]] = {
    product: frozenset(f"{_EVERYWHERE} {columns}".split())
    for product, columns in {
        "SMS": f"{_MESSAGE} concatenated dcs validity_period",
        "MESSAGES": f"""{_MESSAGE} pricing_model pricing_type provider provider_error_code
            workflow_items_number workflow_items_total session_type session_id""",
        "SMS-TRAFFIC-CONTROL": "message_id queue_duration queued_time",
        "VOICE-CALL": _CALL,
        "VOICE-FAILED": _CALL,
        "VOICE-TTS": """creation_date start_time end_time duration language length premium style
            trace_id tts_type""",
        "IN-APP-VOICE": f"{_CALL} application_id conversation_id leg_id request_id",
        "WEBSOCKET-CALL": _CALL,
        "ASR": f"{_CALL} asr_type call_date_start",
        "AMD": """call_id start_time end_time amd_beep_detection_result amd_detection_result
            amd_result_sent amd_user_defined_beep_timeout amd_user_defined_behavior
            amd_user_defined_mode""",
        "VERIFY-API": """date_received date_finalized first_event_date last_event_date locale
            number_type pricing_model request_id sms_event_count tts_event_count""",
        "VERIFY-V2": """channel date_received email_event_count if_fraud_check locale
            parent_request_id pin_length rcs_event_count request_id silentauth_event_count
            sms_event_count tts_event_count whatsapp_event_count""",
        "NUMBER-INSIGHT": """date_received network_type ported product_type reachable request_id
            response_code valid""",
        "CONVERSATION-EVENT": "application_id conversation_id creation_date request_id",
        "CONVERSATION-MESSAGE": """application_id conversation_id creation_date from_channel
            from_message_id trace_id""",
        "VIDEO-API": """application_id archive_id broadcast_id composer_id date_start date_end
            duration feature_name hls_id meeting_id session_id""",
        "NETWORK-API-EVENT": """application_id correlation_id country_code event_time product_name
            product_path record_creation_time request_session_id request_type""",
        "REPORTS-USAGE": """acc date_received date_started date_finished is_charged items_written
            job_type master_account_id product_type request_product""",
    }.items()
}
"""By product: what anybody may read who may read the record at all."""


def kind_of(product: str, column: str) -> Kind:
    """Return who may read a column of a product's records."""
    if column in HARMLESS.get(product, ()):
        return Kind.HARMLESS
    return Kind.COST if _COST.search(column) else Kind.PERSONAL


class Cell(NamedTuple):
    """One value, as a person may read it."""

    name: str
    text: str
    is_hidden: bool = False


@dataclass(frozen=True)
class Eyes:
    """What a person may read of one account's records."""

    product: str
    personal: bool
    cost: bool

    @classmethod
    def of(cls, actor: Actor, product: str, account: Account) -> "Eyes":
        """Return what the actor may read. One query at most."""
        held = held_on(actor, account)
        return cls(
            product=product,
            personal=bool(held & Capability.LOG_PERSONAL.bit),
            cost=bool(held & Capability.PRICING_COST.bit),
        )

    @classmethod
    def of_report(cls, actor: Actor, report: Report) -> "Eyes":
        """Return what the actor may read of a whole report. Two queries at most."""
        if not report.with_subaccounts:
            return cls.of(actor, report.product, report.account)
        return cls(
            product=report.product,
            personal=holds_on_all(actor, Capability.LOG_PERSONAL),
            cost=holds_on_all(actor, Capability.PRICING_COST),
        )

    def sees_column(self, column: str) -> bool:
        """Return whether the column is there at all: prices are not, for some."""
        return self.cost or kind_of(self.product, column) != Kind.COST

    def cell(self, record: Mapping[str, Any], column: str) -> Cell:
        """Return one value; hidden where it may not be read."""
        value = record.get(column)
        if value is None or value == "":
            return Cell(column, "")
        may = {
            Kind.PERSONAL: self.personal,
            Kind.COST: self.cost,
            Kind.HARMLESS: self.personal or isinstance(value, str | int),
        }
        if not may[kind_of(self.product, column)]:
            return Cell(column, HIDDEN, is_hidden=True)
        return Cell(column, _text(value))

    def cells(self, record: Mapping[str, Any]) -> Iterator[Cell]:
        """Yield all values that may be known of, in Vonage's order."""
        yield from (self.cell(record, name) for name in record if self.sees_column(name))


class Seen:
    """A table's columns as a person may read them; `names` are those that are there."""

    def __init__(self, head: list[str], eyes: Eyes) -> None:
        kinds = [kind_of(eyes.product, name) for name in head]
        self._shown = [n for n, kind in enumerate(kinds) if eyes.cost or kind != Kind.COST]
        self._hidden = {
            n for n, kind in enumerate(kinds) if kind == Kind.PERSONAL and not eyes.personal
        }
        self._is_whole = eyes.cost and eyes.personal
        self.names = [head[n] for n in self._shown]

    def cells(self, row: list[str]) -> list[str]:
        """Return a row of the table, without what may not be read."""
        if self._is_whole:
            return row
        return [
            HIDDEN if n in self._hidden and row[n] else row[n] for n in self._shown if n < len(row)
        ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
