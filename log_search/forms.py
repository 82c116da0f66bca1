"""What is looked for, as a person types it."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Account
from log_search.terms import LONGEST, NUMBERS, Wanted
from teams.capabilities import Capability
from teams.policy import Actor, can
from usage.products import PRODUCTS
from usage.services import windows
from vonage_api.reports import MOST_IDS

_PRODUCTS = [(each.code, each.name) for each in PRODUCTS.values()]
_INPUT = "%Y-%m-%dT%H:%M"
_SEPARATORS = re.compile(r"[\s().+/-]+")
_NUMBER = re.compile(r"[0-9]{3,20}")
_SENDER = re.compile(r"[^\x00-\x1f,<>]{1,40}")
_STATUS = re.compile(r"[A-Za-z][A-Za-z_ -]{0,40}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_REFERENCE = re.compile(r"[^\x00-\x1f,]{1,100}")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def _moment(label: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, _INPUT)
    return forms.DateTimeField(label=label, required=False, input_formats=[_INPUT], widget=widget)


def _text(label: str, help_text: str = "", length: int = 100) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=length,
        widget=forms.TextInput(_PLAIN),
    )


class SearchForm(forms.Form):
    """A question about single messages or calls. Times are in the person's zone."""

    account = _text("API key of the account", length=64)
    product = forms.ChoiceField(choices=_PRODUCTS)
    direction = forms.ChoiceField(
        required=False,
        choices=[("", "Both"), ("outbound", "Outbound"), ("inbound", "Inbound")],
        help_text="SMS and Messages are searched in one direction at a time.",
    )
    starts_at = _moment("From")
    ends_at = _moment("To")
    number_to = _text("To number", "The number that was written to, called or looked up.", 40)
    number_from = _text("From number", "Or the sender's name.", 40)
    status = _text("Status", "As Vonage calls it, for example delivered.", 41)
    country = _text("Country", "Two letters, for example DE.", 2)
    client_ref = _text("Client reference")
    ids = forms.CharField(
        label="Record IDs",
        help_text=f"Up to {MOST_IDS}, with commas or spaces between. They need no times.",
        required=False,
        max_length=2_100,
        widget=forms.Textarea({"rows": 2, **_PLAIN}),
    )
    include_message = forms.BooleanField(label="With the texts of messages", required=False)
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor
        if not can(actor, Capability.LOG_PERSONAL):
            del self.fields["include_message"]

    @property
    def has_more(self) -> bool:
        """Whether one of the rarer fields is filled in."""
        return any(self[each].value() or self[each].errors for each in self.rare)

    @property
    def rare(self) -> list[str]:
        """The fields that are folded away."""
        more = ["include_message"] if "include_message" in self.fields else []
        return ["number_from", "status", "country", "client_ref", "ids", *more]

    @property
    def folded(self) -> list[forms.BoundField]:
        """The rarer fields."""
        return [self[each] for each in self.rare]

    def clean(self) -> dict[str, Any]:
        """Refuse what Vonage would refuse, and what would search without need."""
        given = self.cleaned_data
        self._clean_account(given)
        given["sought"] = {}
        if product := given.get("product"):
            self._clean_direction(given, product)
            self._clean_numbers(given, product)
            self._clean_terms(given, product)
        if given.get("ids"):
            self._clean_ids(given)
        else:
            self._clean_window(given)
        return given

    def wanted(self) -> Wanted:
        """Return what is wanted, of a form that is valid."""
        given = self.cleaned_data
        terms = {name: given[name] for name in ("status", "country") if given.get(name)}
        return Wanted(
            account=given["found"],
            product=given["product"],
            direction=given["direction"],
            starts_at=given.get("window", (None, None))[0],
            ends_at=given.get("window", (None, None))[1],
            terms=terms,
            sought=given["sought"],
            include_message=bool(given.get("include_message")),
        )

    def _clean_account(self, given: dict[str, Any]) -> None:
        visible = Account.objects.visible_to(self._actor, Capability.LOG_VIEW).listed()
        key = given.get("account", "").strip()
        found = visible.filter(api_key=key).first() if key else None
        given["found"] = found
        if found is None:
            self.add_error("account", "You can search the logs of no account with this API key.")
        elif given.get("include_message") and not can(self._actor, Capability.LOG_PERSONAL, found):
            self.add_error("include_message", "You may not read texts of messages of this account.")

    def _clean_direction(self, given: dict[str, Any], code: str) -> None:
        product = PRODUCTS[code]
        if product.directed and not given.get("direction"):
            self.add_error("direction", f"{product.name} needs a direction.")
        elif given.get("direction") and not product.directed:
            self.add_error("direction", f"{product.name} is searched in both directions only.")

    def _clean_numbers(self, given: dict[str, Any], code: str) -> None:
        takes = NUMBERS.get(code, ())
        for field, name in (("number_from", "from"), ("number_to", "to")):
            typed = given.get(field, "")
            # Number Insight knows one number only, and it stands where people look for it.
            name = "number" if name == "to" and "number" in takes else name  # noqa: PLW2901 - as said
            if not typed:
                continue
            if name not in takes:
                self.add_error(field, f"{PRODUCTS[code].name} cannot be searched by this.")
            elif (number := _number(typed, may_be_name=field == "number_from")) is None:
                self.add_error(field, "This is no telephone number.")
            else:
                given["sought"][name] = number

    def _clean_terms(self, given: dict[str, Any], code: str) -> None:
        forms_of = {"status": _STATUS, "country": _COUNTRY, "client_ref": _REFERENCE}
        for name, form in forms_of.items():
            if not (typed := given.get(name, "")):
                continue
            if name not in PRODUCTS[code].filters:
                self.add_error(name, f"{PRODUCTS[code].name} cannot be searched by this.")
            elif not form.fullmatch(typed):
                self.add_error(name, "This cannot be searched for.")
        if given.get("country"):
            given["country"] = given["country"].upper()
        if given.get("client_ref"):
            given["sought"]["client_ref"] = given["client_ref"]

    def _clean_ids(self, given: dict[str, Any]) -> None:
        ids = list(dict.fromkeys(filter(None, re.split(r"[\s,;]+", given["ids"]))))
        if len(ids) > MOST_IDS:
            self.add_error("ids", f"These are {len(ids)}. Vonage takes {MOST_IDS} at once.")
        elif not all(_ID.fullmatch(each) for each in ids):
            self.add_error("ids", "An id has letters, digits and dashes.")
        if given["sought"] or given.get("status") or given.get("country"):
            self.add_error("ids", "Search by ids or by something else, not by both.")
        given["sought"] = {"id": ",".join(ids)}

    def _clean_window(self, given: dict[str, Any]) -> None:
        now = timezone.now().replace(microsecond=0)
        start, end = given.get("starts_at"), given.get("ends_at")
        for name, value in (("starts_at", start), ("ends_at", end)):
            if value is None and name not in self.errors:
                self.add_error(name, "Say when, or search by ids.")
        if start is None or end is None:
            return
        given["window"] = (start, min(end, now))
        if fault := _fault_of(start, end, now):
            self.add_error("starts_at", fault)


def _fault_of(start: datetime, end: datetime, now: datetime) -> str:
    """Return why a window cannot be searched, or nothing."""
    if start >= min(end, now):
        return "Nothing lies between these times." if start < now else "That time has not come yet."
    if start < now - windows.LONGEST:
        return "Vonage keeps records for 13 months."
    if end - start > LONGEST:
        return f"Search {LONGEST.days} days at most; a report holds more."
    return ""


def _number(typed: str, *, may_be_name: bool) -> str | None:
    """Return a telephone number as Vonage writes it; a sender's name as it is; None for neither."""
    digits = _SEPARATORS.sub("", typed)
    if _NUMBER.fullmatch(digits):
        return digits
    return typed if may_be_name and _SENDER.fullmatch(typed) else None


def usual_window() -> dict[str, datetime]:
    """Return the last day: from so many hours ago to the minute that comes."""
    now = timezone.now().replace(second=0, microsecond=0)
    return {"starts_at": now - timedelta(hours=24), "ends_at": now + timedelta(minutes=1)}
