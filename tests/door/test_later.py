"""What is done after the answer is done, whatever fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from teams.door.later import at_once, later


@pytest.fixture
def pool(settings, monkeypatch):
    settings.DO_LATER = True
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr("teams.door.later._pool", pool)
        yield pool


def test_answer_does_not_wait(pool):
    may_go, done = threading.Event(), threading.Event()

    def slow():
        may_go.wait(10)
        done.set()

    later(slow)
    assert not done.is_set()
    may_go.set()
    assert done.wait(10)


def test_failure_is_logged_and_stops_nothing(pool, caplog):
    done = threading.Event()
    later(lambda: 1 / 0)
    later(done.set)
    assert done.wait(10)
    assert "after the answer failed" in caplog.text


def test_later_within_later_is_at_once(pool):
    order = []

    def outer():
        later(lambda: order.append("inner"))
        order.append("outer")

    later(outer)
    pool.submit(int).result(10)
    assert order == ["inner", "outer"]


def test_tasks_wait_for_what_they_do(pool):
    ran_in = []
    with at_once():
        later(lambda: ran_in.append(threading.get_ident()))
    assert ran_in == [threading.get_ident()]
