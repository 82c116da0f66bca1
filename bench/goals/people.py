"""Goal 12: what a person waits for."""

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from statistics import median
from threading import Event, Thread

from bench import cost
from bench.figures import Figure
from bench.scenes import PagesScene
from bench.vonage import API_KEY, API_SECRET

ONE_SHOT = {10_000: 100.0, 100_000: 250.0}
"""So many times as long as the list page takes a script that asks Vonage itself."""

BUSY = 3.0
_SCRIPT = """
import json, sys, requests
url, key, secret = sys.argv[1:]
answer = requests.get(f"{url}/accounts/{key}/subaccounts", auth=(key, secret))
accounts = json.loads(answer.content)["_embedded"]["subaccounts"]
assert accounts
"""


def waits(scene: PagesScene) -> Iterator[Figure]:
    """Compare the list with a script, and with itself while readings run one after the other."""
    path, visits = scene.addresses["list"], scene.effort.visits
    usual, slowest = cost.waits(scene.busy_web, path, visits=visits)
    yield scene.figure(12, "list, half of the visits", usual, "ms")
    yield scene.figure(12, "list, 99 of 100 visits", slowest, "ms")
    script = _script_ms(scene)
    yield scene.figure(
        12,
        "a script that asks Vonage for all accounts",
        script,
        "ms",
        ratio=script / usual,
        to="the list",
        limit=ONE_SHOT.get(scene.accounts),
        at_least=True,
    )
    readings, busy = _while_reading(scene)
    yield scene.figure(
        12,
        "list, 99 of 100 visits, while 5 % change again and again",
        busy,
        "ms",
        ratio=busy / slowest,
        to="without",
        limit=BUSY,
    )
    yield scene.figure(12, "readings meanwhile", readings, "readings")


def _script_ms(scene: PagesScene) -> float:
    """Return the milliseconds of the script, from its start to its end."""
    scene.vonage.body = scene.bodies.first
    taken = []
    for _ in range(scene.effort.syncs):
        started = time.perf_counter()
        command = (sys.executable, "-c", _SCRIPT, scene.vonage.url, API_KEY, API_SECRET)
        subprocess.run(command, check=True)
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


def _while_reading(scene: PagesScene) -> tuple[int, float]:
    """Return how many readings ran, none of which failed, and the 99th percentile meanwhile."""
    over, results = Event(), []

    def read_on() -> None:
        for body in cycle((scene.bodies.some, scene.bodies.first)):
            if over.is_set():
                return
            scene.vonage.body = body
            scene.inside.do("make_due")
            results.append(scene.inside.do("read"))

    reader = Thread(target=read_on)
    reader.start()
    try:
        _, slowest = cost.waits(scene.busy_web, scene.addresses["list"], visits=scene.effort.visits)
    finally:
        over.set()
        reader.join()
    if not all(results):
        raise RuntimeError("a reading failed")
    return len(results), slowest
