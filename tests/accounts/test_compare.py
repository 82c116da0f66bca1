import pytest

from accounts.services.sync.answers import Answer, Figures
from accounts.services.sync.compare import Known, compare
from vonage_api import errors
from vonage_api.subaccounts import Subaccount

PRIMARY = Figures("Primary", False, False, 100, -5)


def item(key: str, **fields) -> Subaccount:
    given = {"use_primary_account_balance": True, "suspended": False, "created_at": "", **fields}
    return Subaccount(api_key=key, **given)


def answer(*items: Subaccount) -> Answer:
    return Answer("p", PRIMARY, None, list(items), 100, -5)


def test_same_is_no_change():
    known = {
        "p": Known(1, False, PRIMARY),
        "a": Known(2, False, Figures("", True, False, None, None)),
    }
    changes = compare(known, answer(item("a")))
    assert (changes.created, changes.changed, changes.vanished) == ({}, [], [])
    assert (changes.accounts, changes.shared) == (2, 1)


@pytest.mark.parametrize(
    "known", [{}, {"a": Known(2, False, Figures("", True, False, None, None))}]
)
def test_account_listed_twice_is_not_believed(known):
    with pytest.raises(errors.Malformed):
        compare(known, answer(item("a"), item("a")))


def test_primary_among_the_subaccounts_is_not_believed():
    with pytest.raises(errors.Malformed):
        compare({}, answer(item("p")))
