"""G5: the mistakes that this code must not survive, and the test that catches each.

Each is applied to a copy of the real code. One whose old text is not found any more fails the
gate: then the code has moved on and the mutant has to follow it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SENDING = "tests/operations/test_sending.py::"
SWEEPING = "tests/operations/test_sweeping.py::"
PROMISES = "tests/operations/test_promises.py::"
BOOKS = "tests/subaccounts/test_books.py::"


class Mutant(NamedTuple):
    """A mistake. test: the one that has to fail with it."""

    name: str
    file: str
    old: str
    new: str
    test: str


_UNKNOWN = (
    "    _move(operation, State.UNKNOWN, **first_look(timezone.now()), "
    "detail=_words(outcome.error))\n"
)
_RECORD = "operations/services/sending/record.py"
_LOST = f"{SENDING}test_lost_answer_is_unknown_and_never_sent_again"

MUTANTS = (
    Mutant(
        "retry on 5xx",
        _RECORD,
        _UNKNOWN,
        '    if outcome.reason == "server_failed":\n'
        '        return _give_back(operation, after=0, reason="again")\n' + _UNKNOWN,
        f"{_LOST}[500-after]",
    ),
    Mutant(
        "retry on reset",
        _RECORD,
        _UNKNOWN,
        '    if outcome.reason == "broken_off":\n'
        '        return _give_back(operation, after=0, reason="again")\n' + _UNKNOWN,
        f"{_LOST}[drop-after]",
    ),
    Mutant(
        "timeout is failure",
        _RECORD,
        _UNKNOWN,
        "    _move(operation, State.REJECTED, detail=_words(outcome.error))\n",
        f"{_LOST}[hang-after]",
    ),
    Mutant(
        "sweep to ready although sent",
        "operations/services/sweeping.py",
        'Attempt.objects.filter(pk=attempt.pk, wire_at=None, outcome="")',
        'Attempt.objects.filter(pk=attempt.pk, outcome="")',
        f"{SWEEPING}test_attempt_that_died_behind_the_fence_is_unknown_and_never_ready",
    ),
    Mutant(
        "fence without its count",
        "operations/services/sending/fence.py",
        "    return waiting.update(wire_at=timezone.now()) == 1\n",
        "    waiting.update(wire_at=timezone.now())\n    return True\n",
        f"{SWEEPING}test_fence_is_passed_once",
    ),
    Mutant(
        "record over a swept attempt",
        _RECORD,
        "Attempt.objects.filter(pk=claim.attempt.pk, finished_at=None, wire_at__isnull=False)",
        "Attempt.objects.filter(pk=claim.attempt.pk)",
        f"{SWEEPING}test_answer_is_not_recorded_for_an_attempt_that_was_given_up_unsent",
    ),
    Mutant(
        "settle time of nothing",
        "operations/services/unknown.py",
        "    return _since(operation) + seconds(times().settle)\n",
        "    return _since(operation)\n",
        f"{SENDING}test_absence_counts_only_behind_the_settle_time",
    ),
    Mutant(
        "a missing list is an empty one",
        "vonage_api/transfers.py",
        '            raise Malformed("the list of transfers is missing, or there are two")\n',
        "            return ()\n",
        f"{SENDING}test_list_that_is_missing_counts_for_nothing",
    ),
    Mutant(
        "no sentinel",
        "subaccounts/services/listing.py",
        "    if missing := expected - {row.id for row in rows}:\n",
        "    if missing := set():\n",
        f"{SENDING}test_list_that_lacks_a_known_transfer_counts_for_nothing",
    ),
    Mutant(
        "no look before sending",
        "operations/services/sending/claim.py",
        "looks_first=before > 0 or _is_doubtful(operation, now)",
        "looks_first=False",
        f"{BOOKS}test_what_an_older_database_forgot_is_found_before_it_is_sent",
    ),
    Mutant(
        "claim without compare and set",
        "operations/services/steps.py",
        "    if same.update(**values, version=version) != 1:\n        raise LostRaceError\n",
        "    Operation.objects.filter(pk=operation.pk).update(**values, version=version)\n",
        f"{PROMISES}test_whoever_read_an_older_state_moves_nothing",
    ),
    Mutant(
        "claim and POST in one transaction",
        "operations/services/sending/run.py",
        "    record(claimed, _send(claimed))\n",
        "    from django.db import transaction\n"
        "    with transaction.atomic():\n"
        "        outcome = _send(claimed)\n"
        "    record(claimed, outcome)\n",
        f"{SENDING}test_transfer_is_made_once_and_carries_our_reference",
    ),
    Mutant(
        "redirects are followed",
        "vonage_api/writing.py",
        "                return self._answer(connection.getresponse())\n",
        "                answer = self._answer(connection.getresponse())\n"
        "                if answer.status // 100 != 3:\n"
        "                    return answer\n"
        "                with closing(_connection(change, self._timeouts.connect)) as again:\n"
        "                    again.request(change.method, urlsplit(change.url).path,\n"
        "                        body=change.body, preload_content=False, decode_content=False,\n"
        "                        headers=change.headers(packed=False)\n"
        '                        | {"Authorization": self._credentials.authorization()})\n'
        "                    return self._answer(again.getresponse())\n",
        f"{_LOST}[307-self]",
    ),
    Mutant(
        "the official SDK",
        "subaccounts/kinds/transfers.py",
        "from accounts.models import Account, Mirror\n",
        "import vonage\nfrom accounts.models import Account, Mirror\n",
        f"{PROMISES}test_official_sdk_is_nowhere_in_the_product",
    ),
    Mutant(
        "books of unknown outcomes only",
        "subaccounts/services/books.py",
        "    rows = Operation.objects.filter(workspace=workspace_id, reference__in=references)\n",
        "    rows = Operation.objects.filter(\n"
        '        workspace=workspace_id, reference__in=references, state="unknown"\n'
        "    )\n",
        f"{BOOKS}test_transfer_made_twice_is_found_and_stops_sending",
    ),
    Mutant(
        "form token that is not unique",
        "operations/services/asking.py",
        "        **asked.asked(),\n",
        '        **{**asked.asked(), "form_token": new_reference("ABCD")},\n',
        f"{PROMISES}test_form_makes_one_operation_however_many_send_it_at_once",
    ),
    Mutant(
        "cap that ignores what is unknown",
        "subaccounts/limits.py",
        "        state__in=COUNTED,\n",
        '        state__in=COUNTED - {"unknown"},\n',
        "tests/subaccounts/test_approvals.py::test_limit_counts_what_is_unknown",
    ),
    Mutant(
        "amounts as floats",
        "subaccounts/kinds/transfers.py",
        "            amount=operation.amount,\n",
        "            amount=type(operation.amount)(float(operation.amount)),\n",
        f"{SENDING}test_cents_arrive_exactly",
    ),
)


def run() -> list[str]:
    """Apply each to a copy of the tree and run its test; return what is wrong, in sentences."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        tree = Path(name) / "tree"
        _copy(tree)
        faults = (
            [] if _passes(tree, *{each.test for each in MUTANTS}) else ["The code itself fails."]
        )
        return faults or [fault for each in MUTANTS if (fault := _fault(tree, each))]


def _copy(tree: Path) -> None:
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache"
    )
    shutil.copytree(ROOT, tree, ignore=ignored)


def _fault(tree: Path, mutant: Mutant) -> str:
    path = tree / mutant.file
    code = path.read_text()
    if code.count(mutant.old) != 1:
        return f"{mutant.name}: its old text stands {code.count(mutant.old)} times in {mutant.file}"
    path.write_text(code.replace(mutant.old, mutant.new))
    try:
        return f"{mutant.name}: survived {mutant.test}" if _passes(tree, mutant.test) else ""
    finally:
        path.write_text(code)


def _passes(tree: Path, *tests: str) -> bool:
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sorted(tests))
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == 0
