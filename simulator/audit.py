"""Audit events: what was done to an account, through the API or, as it were, in the dashboard."""

import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from simulator import origin
from simulator.records import Account, Event
from simulator.state import State

SECRET_CREATED, SECRET_DELETED = "ACCOUNT_SECRET_CREATE", "ACCOUNT_SECRET_DELETE"
SETTINGS = "ACCOUNT_UPDATE_SETTINGS_API"
NUMBER_BOUGHT, NUMBER_CANCELED = "NUMBER_ASSIGN", "NUMBER_USER_CANCELED"
NUMBER_UPDATED = "NUMBER_UPDATED"
NUMBER_LINKED, NUMBER_UNLINKED = "NUMBER_LINKED", "NUMBER_UNLINKED"
TYPES = {  # as `OPTIONS /beta/audit/events` printed them in 2021
    "USER_STATUS": "User status updated",
    "USER_UPDATE": "User updated",
    "USER_BILLING_UPDATE": "User billing updated",
    "USER_CREATE": "User created",
    "USER_LOGIN": "User login into Customer dashboard",
    "USER_LOGOUT": "User logout from Customer dashboard",
    "USER_PRODUCT_SEARCH": "User product search",
    "USER_API_KEYS_UPDATE": "Sub-accounts for user updated",
    SECRET_DELETED: "Account secret deleted",
    SECRET_CREATED: "Account secret created",
    SETTINGS: "Account Settings updated via API",
    NUMBER_BOUGHT: "Number assigned",
    NUMBER_UPDATED: "Number updated",
    NUMBER_CANCELED: "Number canceled by user",
    NUMBER_LINKED: "Number linked to application",
    NUMBER_UNLINKED: "Number unlinked from application",
    "APP_CREATE": "Application created",
    "APP_UPDATE": "Application updated",
    "APP_DELETE": "Application deleted",
    "APP_DISABLE": "Application disabled",
    "APP_ENABLE": "Application enabled",
    "IP_WHITELIST_CREATE": "Whitelist IP added",
    "IP_WHITELIST_DELETE": "Whitelist IP deleted",
    "AUTORELOAD_ENABLE": "Automatic reload enabled",
    "AUTORELOAD_UPDATE": "Automatic reload settings updated",
    "AUTORELOAD_DISABLE": "Automatic reload disabled",
}
USERS = (  # of the customer's dashboard; all made up
    (1204411, "mara.lindqvist@tessarine.example"),
    (1204977, "j.okonkwo@tessarine.example"),
    (1311842, "billing@tessarine.example"),
)
PAST = 90  # events that a customer brings along


def record(state: State, kind: str, account_id: str, context: dict[str, Any]) -> Event:
    """Write down what was just done through the API; such events name no user."""
    event = Event(
        id=str(uuid.uuid4()),
        type=kind,
        created_at=state.now(),
        account_id=account_id,
        ip=origin.current().ip,
        context=context,
    )
    return _put(state, event)


def record_dashboard(state: State, kind: str, account_id: str, context: dict[str, Any]) -> Event:
    """Write down an action as if the customer's first user had just done it in the dashboard.

    KeyError where there is no such type; UnknownAccountError.
    """
    if kind not in TYPES:
        raise KeyError(kind)
    state.account(account_id)
    user_id, user_email = USERS[0]
    event = Event(
        id=str(uuid.uuid4()),
        type=kind,
        created_at=state.now(),
        account_id=account_id,
        ip="192.0.2.44",
        context=context,
        user_email=user_email,
        user_id=user_id,
    )
    return _put(state, event)


def visible(state: State, account: Account) -> list[Event]:
    """Return the events that an account may see, newest first: its own, and its subaccounts'."""
    all_of_them = account.api_key == state.primary_key
    events = [
        event
        for event in state.store.all(state.store.events)
        if all_of_them or event.account_id == account.api_key
    ]
    events.sort(key=lambda event: event.created_at)
    return events[::-1]


def past(rng: random.Random, *, account_id: str, start: datetime, end: datetime) -> Iterable[Event]:
    """Return what the customer's people did in the dashboard between two times, oldest first."""
    moments = sorted(start + (end - start) * rng.random() for _ in range(PAST))
    for moment in moments:
        user_id, user_email = rng.choice(USERS)
        kind, context = _deed(rng, account_id)
        yield Event(
            id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            type=kind,
            created_at=moment - timedelta(microseconds=moment.microsecond),
            account_id=account_id,
            ip=f"192.0.2.{rng.randint(10, 60)}",
            context=context,
            user_email=user_email,
            user_id=user_id,
        )


def _deed(rng: random.Random, account_id: str) -> tuple[str, dict[str, Any]]:
    kind = rng.choice(("USER_LOGIN", "USER_LOGIN", "USER_LOGOUT", "USER_UPDATE", "APP_CREATE"))
    if kind != "APP_CREATE":
        return kind, {"accountId": account_id}
    app_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    created = {
        "accountId": account_id,
        "appId": app_id,
        "name": rng.choice(("Reminders", "Night desk", "Voice menu")),
        "answer_url": {"method": "GET", "url": "https://hooks.tessarine.example/call"},
        "type": "voice",
        "event_url": {"method": "POST", "url": "https://hooks.tessarine.example/event"},
    }
    return kind, {"created": created}


def _put(state: State, event: Event) -> Event:
    with state.change("audit event") as draft:
        draft.put(state.store.events, event.id, event)
    return event
