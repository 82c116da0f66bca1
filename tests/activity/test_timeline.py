"""One list of three tables: in order, cut anywhere, narrowed."""

from dataclasses import replace
from itertools import pairwise

import pytest

from dashboard.activity import timeline
from dashboard.activity.position import BOOK, OBSERVED, Position
from dashboard.activity.wanted import Wanted

pytestmark = pytest.mark.django_db
EVERYTHING = Wanted()
NOON = "2026-11-23T12:00:00+00:00"


@pytest.fixture
def history(accounts, happens, observed):
    """Thirty events, many at the same moments and in both tables."""
    rows = list(accounts.values())
    for number in range(12):
        happens("account:tag:put", number // 4, account=rows[number % 6], reason=f"r{number}")
    for number in range(18):
        kind = ("renamed", "suspended")[number % 2]
        observed(rows[number % 6], number // 6, kind=kind, after=f"n{number}")
    return 30


def marks(happenings) -> list[str]:
    return [each.reason or each.new["name"] for each in happenings]


def test_newest_come_first_and_the_book_before_what_was_observed_at_the_same_moment(actor, history):
    found = timeline.page(actor, EVERYTHING).happenings
    assert len(found) == history
    order = [(each.at, not each.is_observed) for each in found]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 29, 30, 31])
def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(actor, history, size):
    whole = marks(timeline.page(actor, EVERYTHING).happenings)
    seen, pages, wanted = [], [], EVERYTHING
    while True:
        page = timeline.page(actor, wanted, size=size)
        seen += marks(page.happenings)
        pages.append(page)
        if page.older is None:
            break
        wanted = replace(EVERYTHING, older=page.older)
    assert seen == whole
    for before, after in pairwise(pages):
        back = timeline.page(actor, replace(EVERYTHING, newer=after.newer), size=size)
        assert marks(back.happenings) == marks(before.happenings)
    assert pages[0].newer is None


def test_all_of_it_is_read_a_chunk_at_a_time(
    actor, history, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(timeline, "CHUNK", 10)
    happenings = timeline.everything(actor, EVERYTHING)
    with django_assert_num_queries(3):
        first = [next(happenings) for _ in range(10)]
    assert len(marks(first) + marks(happenings)) == history


def test_place_is_written_and_read_back(actor, history):
    for size in range(1, history):
        page = timeline.page(actor, EVERYTHING, size=size)
        assert Position.parse(str(page.older)) == page.older
        assert page.older.source in {BOOK, OBSERVED}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "~~",
        "x~b~y",
        f"{NOON[:-6]}~b~x",
        f"{NOON}~x~y",
        f"{NOON}~v~renamed",
        NOON,
        "0001-01-01T00:00:00+14:00~b~x",
    ],
)
def test_what_is_no_place_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        Position.parse(text)


def test_place_names_nothing_that_counts_rows(actor, history):
    from audit.models import Entry

    hashes = set(Entry.objects.values_list("hash", flat=True))
    for size in range(1, history):
        place = timeline.page(actor, EVERYTHING, size=size).older
        if place.source is BOOK:
            assert set(place.values) <= hashes
        else:
            kind, api_key = place.values
            assert kind in {"renamed", "suspended"}
            assert len(api_key) == 8


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"group": "accounts"}, 12),
        ({"group": "people"}, 0),
        ({"group": "vonage"}, 18),
        ({"outcome": "refused"}, 0),
        ({"outcome": "done"}, 30),
        ({"person": "OWN"}, 12),
        ({"person": "nobody"}, 0),
        ({"account": "aaaa0001"}, 5),
        ({"account": "customer"}, 30),
        ({"account": "cu"}, 30),
        ({"account": "nothing"}, 0),
        ({"account": "aaaa0001", "group": "vonage"}, 3),
    ],
)
def test_list_is_narrowed(actor, history, wanted, found):
    assert len(timeline.page(actor, Wanted(**wanted)).happenings) == found


def test_account_is_found_where_many_are_called_alike(actor, history, monkeypatch):
    monkeypatch.setattr("accounts.search.FEW", 2)
    assert len(timeline.page(actor, Wanted(account="customer")).happenings) == history


def test_period_includes_its_beginning_and_not_its_end(actor, history):
    times = sorted({each.at for each in timeline.page(actor, EVERYTHING).happenings})
    middle = Wanted(since=times[1], until=times[2])
    assert {each.at for each in timeline.page(actor, middle).happenings} == {times[1]}


def test_account_that_is_one_of_many_is_found(actor, accounts, happens):
    happens("account:tag:put", new={"accounts": ["aaaa0001", "aaaa0002"]})
    happens("member:grant:give", new={"accounts": ["aaaa0002"]})
    happens("team:role:make", new={"accounts": 3, "name": "aaaa0002"})

    def found(key: str) -> int:
        return len(timeline.page(actor, Wanted(account=key)).happenings)

    assert [found(f"aaaa000{number}") for number in (1, 2, 3)] == [1, 2, 0]
