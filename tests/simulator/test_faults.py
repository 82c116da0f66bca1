"""Which request is struck: by rule, and by chance with a seed."""

from collections import Counter
from typing import Any

import pytest

from simulator.fault_kinds import FAULTS
from simulator.faults import FaultError, Faults, Rule, without

TRANSFERS = "/accounts/aa000001/balance-transfers"
LIST = "/accounts/aa000001/subaccounts"


def struck(faults: Faults, number: int, method: str = "POST", path: str = TRANSFERS) -> list[str]:
    found = [faults.strike(method, path, request_id="") for _ in range(number)]
    return [fault.name if fault else "" for fault in found]


def test_the_third_post_and_one_more() -> None:
    faults = Faults()
    faults.add(Rule("drop-after", "POST", "/balance-transfers", nth=3, times=2))
    assert struck(faults, 1, "GET") == [""]
    assert struck(faults, 1, path=LIST) == [""]
    assert struck(faults, 6) == ["", "", "drop-after", "drop-after", "", ""]
    assert faults.rules == []


def test_the_share_is_kept_and_every_kind_comes_equally_often() -> None:
    faults = Faults(share=0.28, seed="1")
    hits = [name for name in struck(faults, 10_000) if name]
    assert 2650 < len(hits) < 2950
    counts = Counter(hits)
    expected = {f.name for f in FAULTS.values() if f.group in {"post", "transfer", "any"}}
    assert counts.keys() == expected
    assert max(counts.values()) - min(counts.values()) <= 1
    assert min(counts.values()) >= 50


def test_the_same_seed_strikes_the_same() -> None:
    first, second, other = (struck(Faults(share=0.3, seed=s), 300) for s in ("a", "a", "b"))
    assert first == second != other


def test_other_posts_and_lists_have_kinds_of_their_own() -> None:
    faults = Faults(share=1)
    posts = set(struck(faults, 200, "POST", "/number/buy"))
    lists = set(struck(faults, 200, "GET", LIST))
    assert "other-amount" not in posts
    assert "twice" in posts
    assert lists == {f.name for f in FAULTS.values() if f.group == "list"}
    deletes = set(struck(faults, 200, "DELETE", "/accounts/aa000001/secrets/1"))
    assert deletes == posts
    assert struck(faults, 5, "GET", "/account/get-balance") == [""] * 5
    assert struck(faults, 5, "GET", "/healthz") == [""] * 5


def test_some_kinds_may_be_left_out() -> None:
    faults = Faults(share=1, kinds=without(["twice", "late"]))
    assert not {"twice", "late"} & set(struck(faults, 500))
    only = Faults(share=1, kinds=("cut",))
    assert set(struck(only, 50)) == {"cut"}
    assert struck(only, 3, "GET", LIST) == [""] * 3


@pytest.mark.parametrize(
    "wrong", [{"kinds": ("gremlin",)}, {"share": 1.5}, {"hang_s": -1}, {"late_s": float("nan")}]
)
def test_what_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(FaultError):
        Faults(**wrong)


@pytest.mark.parametrize("wrong", [("gremlin", 1, 1), ("cut", 0, 1), ("cut", 1, 0)])
def test_rules_that_cannot_be(wrong: tuple[str, int, int]) -> None:
    fault, nth, times = wrong
    with pytest.raises(FaultError):
        Rule(fault, nth=nth, times=times)


def test_mending_ends_all() -> None:
    faults = Faults(share=1, latency_ms=5)
    faults.add(Rule("cut"))
    faults.refuse_credentials()
    faults.mend()
    assert struck(faults, 20) == [""] * 20
    assert not faults.refusing()
    assert faults.latency_ms == 0
