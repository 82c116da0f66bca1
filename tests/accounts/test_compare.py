import pytest

from accounts.services.sync.answers import Answer, Figures
from accounts.services.sync.compare import compare
from vonage_api import errors

PRIMARY = Figures("Primary", False, False, 100, -5)
SHARED = ("", True, False, None, None)


def answer(*keys: str) -> Answer:
    return Answer("p", PRIMARY, None, [(key, *SHARED) for key in keys], 100, -5)


def known(key: str, pk: int, figures: tuple, *, vanished: bool = False) -> dict[str, tuple]:
    return {key: (key, *figures, pk, vanished)}


def test_same_is_no_change():
    changes = compare(known("p", 1, PRIMARY) | known("a", 2, SHARED), answer("a"))
    assert (changes.created, changes.changed, changes.vanished) == ({}, [], [])
    assert (changes.accounts, changes.shared) == (2, 1)


def test_what_is_listed_again_is_back():
    changes = compare(known("p", 1, PRIMARY) | known("a", 2, SHARED, vanished=True), answer("a"))
    assert [(each.id, each.returned) for each in changes.changed] == [(2, True)]


def test_flags_of_sqlite_are_no_change():
    changes = compare(known("p", 1, PRIMARY) | known("a", 2, ("", 1, 0, None, None)), answer("a"))
    assert changes.changed == []


@pytest.mark.parametrize("before", [{}, known("a", 2, SHARED)])
def test_account_listed_twice_is_not_believed(before):
    with pytest.raises(errors.Malformed):
        compare(before, answer("a", "a"))


def test_primary_among_the_subaccounts_is_not_believed():
    with pytest.raises(errors.Malformed):
        compare({}, answer("p"))
