"""What is wanted of the settings of an account, against what is known of them."""

from collections.abc import Collection, Mapping

from account_settings import addresses
from account_settings.models import AccountSettings, Forward, Template
from operations.kinds import Line
from operations.models import Operation
from operations.states import HELD

KIND = "change_settings"
METHOD = "http_forward_method"
FIELDS = {
    "mo_callback_url": "Inbound messages",
    "dr_callback_url": "Delivery receipts",
    METHOD: "Forward method",
}
"""As our client calls them, and as people do."""
Values = dict[str, str]


def known(settings: AccountSettings | None) -> Values:
    """Return what is known of an account. The method is known only where it was set from here."""
    if settings is None:
        return {}
    read = settings.read_at is not None
    found = {name: getattr(settings, name) for name in FIELDS if name != METHOD and read}
    method = settings.http_forward_method
    return {**found, METHOD: method} if method else found


def of_template(template: Template, api_key: str) -> Values:
    """Return what a template wants of one account."""
    found = {
        name: addresses.filled_in(getattr(template, name), api_key)
        for name in FIELDS
        if name != METHOD
    }
    method = template.http_forward_method
    return {**found, METHOD: method} if method else found


def changes(wishes: Mapping[str, str], settings: AccountSettings | None) -> Values:
    """Return of the wishes what is not known to be so already."""
    has = known(settings)
    return {
        name: wishes[name] for name in FIELDS if name in wishes and has.get(name) != wishes[name]
    }


def pending(account_ids: Collection[int | None]) -> dict[int | None, Values]:
    """Return what is on its way for each of the accounts, by account. One query.

    A newer wish voids an older one that was not sent, so it has to hold that one as well.
    """
    rows = Operation.objects.filter(account__in=account_ids, kind=KIND, state__in=HELD)
    return {each.account_id: each.wanted for each in rows.order_by("pk")}


def lines(before: Mapping[str, str], wanted: Mapping[str, str]) -> list[Line]:
    """Return each change as before and after, in words."""
    return [
        Line(label, words(name, before.get(name)), words(name, wanted[name]))
        for name, label in FIELDS.items()
        if name in wanted
    ]


def words(name: str, value: str | None) -> str:
    """Return a value for people; None is one that is not known."""
    if name == METHOD:
        return Forward(value).label if value in Forward.values else "not known"
    return "not known" if value is None else value or "off"


def masked(values: Mapping[str, str]) -> Values:
    """Return the values as the audit book may keep them."""
    return {
        name: value if name == METHOD else addresses.masked(value) for name, value in values.items()
    }
