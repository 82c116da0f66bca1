"""Permits for outbound requests: within one process, and through a real Redis for several."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from redis.backoff import NoBackoff
from redis.retry import Retry

from vonage_api import budget as budgets
from vonage_api import errors
from vonage_api.budget import PER_SECOND, Family, Limit, MemoryBudget, Pace, Priority, _Bucket
from vonage_api.redis_budget import RedisBudget

PERSON, SYNC, REPORT = Priority


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from dashboard.supervisor.redis_server import find_server

    program = find_server()
    assert program, "no Valkey or Redis server was found"
    home = tmp_path_factory.mktemp("redis")
    path = home / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(path), "--dir", str(home), "--save", ""]
    server = subprocess.Popen([*command, "--loglevel", "warning"])
    deadline = time.monotonic() + 10
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    yield path
    server.terminate()
    server.wait(10)


@pytest.fixture
def client(redis_socket: Path) -> Iterator[redis.Redis]:
    with redis.Redis(unix_socket_path=str(redis_socket)) as client:
        client.flushall()
        yield client


@pytest.fixture(params=["memory", "redis"])
def budget(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryBudget()
    return RedisBudget(client=request.getfixturevalue("client"))


def take(
    budget: Any,
    family: Family = Family.RECORDS,
    who: Priority = PERSON,
    *,
    patience: float = 0,
    key: str = "abcd1234",
) -> float:
    return budget.take(api_key=key, family=family, priority=who, patience=patience)


def drain(budget: Any, family: Family, who: Priority = PERSON) -> int:
    """Take what the bucket gives at once; return how much that was."""
    count = 0
    while take(budget, family, who) == 0:
        count += 1
    return count


# The tests may be held up at any point: what they say of time holds however long that takes.


@pytest.mark.parametrize("family", Family)
def test_every_family_has_a_limit(family: Family) -> None:
    assert PER_SECOND[family] >= 1


def test_published_limits() -> None:
    assert PER_SECOND[Family.NUMBERS] + PER_SECOND[Family.OWNED_NUMBERS] == 3
    assert (PER_SECOND[Family.PRICING], PER_SECOND[Family.OWNED_NUMBERS]) == (1, 1)
    assert (PER_SECOND[Family.RECORDS], PER_SECOND[Family.REPORTS]) == (10, 5)


@given(st.integers(1, 60), st.lists(st.floats(0, 0.6), min_size=1, max_size=200))
def test_no_second_exceeds_the_limit(per_second: int, pauses: list[float]) -> None:
    limit, now, taken = Limit(per_second), 100.0, []
    bucket = _Bucket(tokens=limit.burst, at=now)
    for pause in pauses:
        now += pause / per_second
        while bucket.take(limit, PERSON, now=now, patience=0) == 0:
            taken.append(now)
    for first in taken:
        assert sum(first <= each < first + 0.999 for each in taken) <= per_second


@given(st.integers(1, 60))
def test_the_limit_is_nearly_used(per_second: int) -> None:
    limit, now, taken = Limit(per_second), 0.0, 0
    bucket = _Bucket(tokens=limit.burst, at=now)
    while now < 10:
        wait = bucket.take(limit, PERSON, now=now, patience=9)
        taken += wait == 0
        now += wait
    assert taken >= 10 * per_second / 2


def test_a_full_bucket_is_soon_empty(budget: Any) -> None:
    assert 4 <= drain(budget, Family.RECORDS) <= 8  # some come back meanwhile
    assert take(budget, Family.RECORDS) <= 1 / Limit(10).refill + 0.001


def test_keys_and_families_do_not_share(budget: Any) -> None:
    drain(budget, Family.PRICING)
    assert take(budget, Family.PRICING) > 0
    assert take(budget, Family.PRICING, key="other") == 0
    assert take(budget, Family.OWNED_NUMBERS) == 0


def test_those_behind_leave_a_reserve(budget: Any) -> None:
    assert drain(budget, Family.RECORDS, REPORT) >= 2
    assert drain(budget, Family.RECORDS, SYNC) >= 1
    assert drain(budget, Family.RECORDS, PERSON) >= 1


@pytest.mark.parametrize("behind", [SYNC, REPORT])
def test_those_behind_step_aside_for_one_who_waits(budget: Any, behind: Priority) -> None:
    drain(budget, Family.PRICING)
    started = time.monotonic()
    for_person = take(budget, Family.PRICING, PERSON, patience=5)
    for_another = take(budget, Family.PRICING, behind, patience=5)
    assert for_another + time.monotonic() - started > for_person + 0.04


def test_nobody_steps_aside_for_one_who_gave_up(budget: Any) -> None:
    drain(budget, Family.PRICING)
    for_person = take(budget, Family.PRICING, PERSON, patience=0.01)
    time.sleep(for_person + 0.01)
    assert take(budget, Family.PRICING, REPORT) == 0


def test_a_pause_stops_everyone(budget: Any) -> None:
    budget.pause(api_key="abcd1234", family=Family.RECORDS, seconds=30)
    budget.pause(api_key="abcd1234", family=Family.RECORDS, seconds=1)  # shortens nothing
    assert 20 < take(budget, Family.RECORDS) <= 30.001


def test_a_pause_ends(budget: Any) -> None:
    budget.pause(api_key="abcd1234", family=Family.RECORDS, seconds=0.2)
    time.sleep(0.21)
    assert take(budget, Family.RECORDS) == 0


def test_a_pause_of_no_time_is_none(budget: Any) -> None:
    budget.pause(api_key="abcd1234", family=Family.RECORDS, seconds=0)
    assert take(budget, Family.RECORDS) == 0


@pytest.mark.parametrize("kind", [MemoryBudget, RedisBudget])
def test_senseless_limits_are_refused(kind: Any, client: redis.Redis) -> None:
    options = {} if kind is MemoryBudget else {"client": client}
    with pytest.raises(ValueError, match="at least one"):
        kind(per_second={Family.AUDIT: 0}, **options)


def pace(budget: Any, *, patience: float, who: Priority = PERSON) -> Pace:
    return Pace(budget=budget, api_key="abcd1234", priority=who, patience=patience)


def test_waiting_ends_with_a_permit(budget: Any) -> None:
    asker = pace(budget, patience=3)
    started = time.monotonic()
    for _ in range(2):
        asker.wait(Family.PRICING)
    assert 0.9 < time.monotonic() - started < 3


def test_hopeless_waiting_is_not_begun(budget: Any) -> None:
    budget.pause(api_key="abcd1234", family=Family.AUDIT, seconds=30)
    started = time.monotonic()
    with pytest.raises(errors.OverBudget, match=r"Try again in [23]. s") as caught:
        pace(budget, patience=5).wait(Family.AUDIT)
    assert time.monotonic() - started < 1
    assert caught.value.temporary
    assert 20 < caught.value.retry_after <= 30.001


def test_waiting_keeps_to_the_deadline_of_the_call(budget: Any) -> None:
    drain(budget, Family.PRICING)
    with pytest.raises(errors.OverBudget):
        pace(budget, patience=60).wait(Family.PRICING, deadline=time.monotonic() + 0.1)


@pytest.mark.parametrize(("said", "pause"), [("7", 7.0), (None, 1.0), ("0", 0.0)])
def test_throttling_pauses_the_family(
    server: Any, make_client: Any, said: str | None, pause: float
) -> None:
    client = make_client(server)
    problem = {"type": "a#rate-limit", "title": "Slow down"}
    server.answers(problem, status=429, headers={"Retry-After": said} if said else {})
    with pytest.raises(errors.RateLimited):
        client.subaccounts.read()
    client.subaccounts.modify("11aa22bb", suspended=True)
    expected = (client._transport._pace.api_key, Family.SUBACCOUNTS, pause)
    assert client._transport._pace.budget.pauses == [expected] * 2


def test_a_read_over_budget_is_not_sent(server: Any, make_client: Any) -> None:
    budget = MemoryBudget()
    budget.pause(api_key="0a1b2c3d", family=Family.SUBACCOUNTS, seconds=60)
    with pytest.raises(errors.OverBudget):
        make_client(server, budget=budget).subaccounts.read()
    assert server.connections == 0


def test_who_was_over_budget_does_not_queue_again(server: Any, make_client: Any) -> None:
    asked: list[int] = []

    class Full:
        def take(self, **_: object) -> float:
            asked.append(1)
            return 60.0

    with pytest.raises(errors.OverBudget):
        make_client(server, budget=Full(), attempts=3).subaccounts.read()
    assert asked == [1]


def test_clients_of_one_process_share(server: Any, make_client: Any, body: Any) -> None:
    budget = MemoryBudget()
    server.answers(body("balance"))
    for _ in range(PER_SECOND[Family.ACCOUNT] + 2):
        make_client(server, budget=budget).account.get_balance()
    assert take(budget, Family.ACCOUNT, key="0a1b2c3d") > 0


WORKER = """
import sys, time
import redis
from vonage_api.budget import Family, Pace, Priority
from vonage_api.redis_budget import RedisBudget
client = redis.Redis(unix_socket_path=sys.argv[1])
budget = RedisBudget(client=client)
pace = Pace(budget=budget, api_key="abcd1234", priority=Priority[sys.argv[2]], patience=30)
client.incr("ready")
while int(client.get("ready")) < 2:
    time.sleep(0.001)
end = time.time() + 2.5
while time.time() < end:
    pace.wait(Family.RECORDS)
    print(sys.argv[2], time.time(), flush=True)
"""


def run_two(redis_socket: Path, *who: str) -> list[tuple[str, float]]:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(redis_socket), name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in who
    ]
    lines = [line for worker in workers for line in worker.communicate(timeout=30)[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0, 0]
    return sorted(((name, float(at)) for name, at in map(str.split, lines)), key=lambda x: x[1])


@pytest.mark.usefixtures("client")
def test_two_processes_share_one_limit(redis_socket: Path) -> None:
    times = [at for _, at in run_two(redis_socket, "PERSON", "PERSON")]
    assert len(times) > 15
    # The moment of printing is a little later than that of the permit. Each for itself would
    # print twice the limit.
    most = max(sum(first <= each < first + 0.9 for each in times) for first in times)
    assert most <= PER_SECOND[Family.RECORDS] + 3


@pytest.mark.usefixtures("client")
def test_people_go_before_reports_across_processes(redis_socket: Path) -> None:
    taken = [name for name, _ in run_two(redis_socket, "PERSON", "REPORT")]
    assert taken.count("PERSON") > 2 * taken.count("REPORT")


def test_without_redis_each_process_goes_on_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    once = Retry(NoBackoff(), 0)
    nobody = redis.Redis(unix_socket_path=str(tmp_path / "nobody.sock"), retry=once)
    budget = RedisBudget(client=nobody)
    assert [take(budget, Family.PRICING) > 0 for _ in range(3)] == [False, True, True]
    budget.pause(api_key="abcd1234", family=Family.AUDIT, seconds=9)
    assert take(budget, Family.AUDIT) > 8
    assert [record.message for record in caplog.records] == ["vonage budget without redis"]


def test_a_pause_outlives_redis(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = RedisBudget(client=client)
    budget.pause(api_key="abcd1234", family=Family.AUDIT, seconds=9)

    def gone(**_: object) -> None:
        raise redis.ConnectionError

    monkeypatch.setattr(budget, "_script", gone)
    assert take(budget, Family.AUDIT) > 8


def test_redis_is_asked_again_after_a_while(
    client: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = RedisBudget(client=client)
    asked: list[int] = []

    def hang(**_: object) -> None:
        asked.append(1)
        raise redis.TimeoutError

    monkeypatch.setattr(budget, "_script", hang)
    monkeypatch.setattr("vonage_api.redis_budget._NAP", 0.05)
    take(budget)
    take(budget)
    assert len(asked) == 1
    time.sleep(0.06)
    take(budget)
    assert len(asked) == 2


def test_script_survives_a_flushed_redis(client: redis.Redis) -> None:
    budget = RedisBudget(client=client)
    take(budget)
    client.script_flush()
    client.flushall()
    take(budget)
    assert budget._asleep_until == 0


def test_keys_expire(client: redis.Redis) -> None:
    budget = RedisBudget(client=client)
    take(budget)
    budget.pause(api_key="abcd1234", family=Family.AUDIT, seconds=600)
    lives = sorted(client.ttl(key) for key in client.scan_iter())
    assert 0 < lives[0] <= 61
    assert 600 < lives[1] <= 661


def test_threads_share_one_bucket(budget: Any) -> None:
    taken: list[float] = []
    threads = [
        threading.Thread(target=lambda: taken.append(take(budget, Family.PRICING)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(0) == 1


def test_no_import_of_redis_without_need() -> None:
    assert "redis" not in vars(budgets)
