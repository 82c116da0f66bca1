"""Grants in plain words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Tag
from teams import wording
from teams.ceilings import Limits
from teams.models import Grant, Role
from teams.presets import PRESETS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def grant(**terms) -> Grant:
    made = Grant(**{"preset": "operator", "scope": "all", **terms})
    made.selected = terms.pop("selected", 3)
    return made


def test_the_sentence_of_the_mission():
    until = datetime(2026, 11, 27, 23, 59, tzinfo=UTC)
    pilot = grant(scope="tag", tag=Tag(name="pilot"), per_day=Decimal("50.00000000"), ends_at=until)
    said = wording.sentence(pilot).replace("\N{NO-BREAK SPACE}", "")
    assert said == "Operator on accounts tagged pilot, at most €50 a day, until Fri 27 Nov"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({}, "Operator on all accounts"),
        ({"scope": "subaccounts"}, "Operator on all subaccounts"),
        ({"scope": "selected"}, "Operator on 3 selected accounts"),
        ({"preset": "", "role": Role(name="Night shift")}, "Night shift on all accounts"),
        ({"may_pass_on": True}, "Operator on all accounts, may pass it on"),
        (
            {"scope": "subaccounts", "with_primary": True},
            "Operator on all subaccounts, with money from and to the primary account",
        ),
        (
            {"per_transfer": Decimal("9.5"), "per_day": 0, "per_month": Decimal(1000)},
            "Operator on all accounts, at most €9.50 a transfer, €0 a day and €1,000 a month",
        ),
        (
            {"approval_above": Decimal(20)},
            "Operator on all accounts, above €20 with an approval",
        ),
        (
            {"starts_at": NOW + timedelta(days=8), "ends_at": NOW + timedelta(days=40)},
            "Operator on all accounts, from Tue 1 Dec, 12:00 until Sat 2 Jan 2027, 12:00",
        ),
        ({"starts_at": NOW - timedelta(days=8)}, "Operator on all accounts"),
        ({"ends_at": NOW}, "Operator on all accounts, ended Mon 23 Nov, 12:00"),
    ],
)
def test_each_part_is_said(terms, said):
    if terms.get("per_day") == 0:
        terms = {**terms, "per_day": Decimal(0)}
    with timezone.override(UTC):
        assert wording.sentence(grant(**terms)).replace("\N{NO-BREAK SPACE}", "") == said


def test_times_are_the_persons_own():
    end = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert wording.period(grant(ends_at=end)) == "until Sat 28 Nov, 12:30"


amounts = st.none() | st.decimals(0, 90_000_000_000, places=8)
moments = st.none() | st.datetimes(timezones=st.just(UTC))


@given(
    preset=st.sampled_from(list(PRESETS)),
    scope=st.sampled_from(["all", "subaccounts", "selected", "tag"]),
    role=st.none() | st.text(),
    tag=st.text(),
    limits=st.tuples(amounts, amounts, amounts, amounts),
    starts_at=moments,
    ends_at=moments,
    may_pass_on=st.booleans(),
    number=st.integers(0, 10**6),
    zone=st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]),
)
def test_whatever_a_grant_holds_a_sentence_comes_out(
    preset, scope, role, tag, limits, starts_at, ends_at, may_pass_on, number, zone
):
    held = Grant(
        preset="" if role is not None else preset,
        role=None if role is None else Role(name=role),
        scope=scope,
        tag=Tag(name=tag) if scope == "tag" else None,
        starts_at=starts_at,
        ends_at=ends_at,
        may_pass_on=may_pass_on,
        **dict(zip(Limits._fields, limits, strict=True)),
    )
    held.selected = number
    with timezone.override(ZoneInfo(zone)):
        said = wording.sentence(held)
    assert said.startswith(held.role_name)
    assert ("at most" in said) or not any(amount is not None for amount in limits[:3])
