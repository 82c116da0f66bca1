import os
import pty
import signal
from collections.abc import Callable

import psutil
import pytest

Supervise = Callable[..., "Run"]  # noqa: F821 (the fixture's type stands in conftest.py)

SAYS_READY = 'echo $$ > "$READY"; '
STAYS = SAYS_READY + "while :; do sleep 0.05; done"
STUBBORN = "trap '' TERM; " + STAYS


def part(name: str, script: str = STAYS, **more: object) -> dict[str, object]:
    return {"name": name, "script": script, **more}


def test_starts_each_part_when_the_one_before_is_ready(supervise: Supervise) -> None:
    slow = 'sleep 0.3; echo "slow is up"; ' + STAYS
    run = supervise(part("slow", slow), part("next", 'echo "next began"; ' + STAYS))
    run.until_announced()
    assert run.output.index("slow is up") < run.output.index("next began")
    assert run.output.index("next began") < run.output.index("announced")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stops_all_in_reverse_order_on_a_signal(
    supervise: Supervise, number: signal.Signals
) -> None:
    script = "trap 'echo bye; exit 0' TERM; " + STAYS
    run = supervise(part("one", script), part("two", script))
    run.until_announced()
    run.signal(number)
    assert run.wait() == 0
    assert run.left() == []
    assert run.output.index("two       | bye") < run.output.index("one       | bye")


def test_a_part_that_ignores_the_stop_is_killed_after_its_grace(supervise: Supervise) -> None:
    run = supervise(part("stubborn", STUBBORN, grace=0.2))
    run.until_announced()
    run.signal(signal.SIGINT)
    assert run.wait() == 0
    assert run.left() == []


def test_a_second_signal_kills_at_once(supervise: Supervise) -> None:
    run = supervise(part("stubborn", STUBBORN, grace=60))
    run.until_announced()
    run.signal(signal.SIGINT)
    run.until(lambda: "Once more" in run.output)
    assert run.left()
    run.signal(signal.SIGINT)
    assert run.wait() == 0
    assert run.left() == []


def test_a_killed_part_is_started_again(supervise: Supervise) -> None:
    run = supervise(part("one"), part("two"))
    run.until_announced()
    first, other = run.id_of("one"), run.id_of("two")
    os.kill(first, signal.SIGKILL)
    run.until(lambda: run.id_of("one") not in {0, first})
    assert psutil.pid_exists(run.id_of("one"))
    assert run.id_of("two") == other
    assert "was killed by SIGKILL; starting it again in 0.05 s" in run.output


def test_what_a_dead_part_left_behind_is_ended_before_it_starts_again(
    supervise: Supervise,
) -> None:
    run = supervise(part("one", 'sleep 60 & echo $! > "$READY.child"; ' + STAYS))
    run.until_announced()
    first = run.id_of("one")
    child = psutil.Process(int((run.folder / "one.ready.child").read_text()))
    os.kill(first, signal.SIGKILL)
    run.until(lambda: run.id_of("one") not in {0, first})
    assert child not in run.left()


def test_a_part_that_keeps_dying_stops_all(supervise: Supervise) -> None:
    run = supervise(part("calm"), part("ill", SAYS_READY + "echo it hurts; sleep 0.05; exit 3"))
    assert run.wait() == 1
    assert run.left() == []
    assert "ill ended with code 3 4 times within 10 s. Its last lines:\n    it hurts" in run.output
    assert run.output.count("starting it again") == len((0.05, 0.1, 0.15))


def test_a_part_that_never_answers_stops_all(supervise: Supervise) -> None:
    run = supervise(part("calm"), part("mute", "echo hm; sleep 60", ready_within=0.3))
    assert run.wait() == 1
    assert run.left() == []
    assert "mute did not answer within 0.3 s. Its last lines:\n    hm" in run.output
    assert "announced" not in run.output


def test_killing_the_supervisor_leaves_nothing(supervise: Supervise) -> None:
    run = supervise(part("one"), part("stubborn", STUBBORN, death_signal="SIGKILL"))
    run.until_announced()
    assert {run.id_of("one"), run.id_of("stubborn")} <= {process.pid for process in run.left()}
    run.process.kill()
    run.process.wait()
    run.until(lambda: not run.left())


def test_a_signal_while_parts_are_started_stops_what_runs(supervise: Supervise) -> None:
    run = supervise(part("one"), part("mute", "echo began; sleep 60", ready_within=60))
    run.until(lambda: "began" in run.output)
    run.signal(signal.SIGTERM)
    assert run.wait() == 0
    assert run.left() == []
    assert "announced" not in run.output


def test_a_closed_terminal_stops_all(supervise: Supervise) -> None:
    ours, theirs = pty.openpty()
    terminal = os.ttyname(theirs)
    run = supervise(
        part("chatty", SAYS_READY + "while :; do echo hello; sleep 0.01; done"),
        **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
        start_new_session=True,
        preexec_fn=lambda: _make_controlling(terminal),
    )
    os.close(theirs)
    _read_until_announced(ours)
    os.close(ours)
    assert run.wait() == 0
    assert run.left() == []


def _make_controlling(terminal: str) -> None:
    """Make the terminal the controlling one of a new session: that happens on opening it."""
    os.close(os.open(terminal, os.O_RDWR))


def _read_until_announced(terminal: int) -> None:
    seen = b""
    while b"announced" not in seen:
        seen += os.read(terminal, 4096)


def test_nohup_is_respected(supervise: Supervise) -> None:
    run = supervise(part("one"), preexec_fn=_ignore_hangups)
    run.until_announced()
    run.signal(signal.SIGHUP)
    os.kill(run.id_of("one"), signal.SIGKILL)
    run.until(lambda: "starting it again" in run.output)
    run.signal(signal.SIGINT)
    assert run.wait() == 0


def _ignore_hangups() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def test_long_and_odd_lines_are_passed_on(supervise: Supervise) -> None:
    odd = r"head -c 200000 /dev/zero | tr '\0' x; echo; printf 'a\033[2Jb\377c\n'; "
    run = supervise(part("loud", odd + STAYS))
    run.until_announced()
    run.until(lambda: "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}c\n" in run.output)
    assert run.output.count("x") == 200_000
