"""The checker of the books names every broken promise, and only that."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from operations.models import (
    Attempt,
    Finding,
    Installation,
    Lane,
    Notice,
    Operation,
    Transition,
)
from operations.references import new_reference
from operations.states import State
from simulator.faults import Rule
from subaccounts.services.verifying import read_lists, violations

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broken(workspace):
    """Return the numbers of the promises that are broken now."""
    return lambda: sorted({v.invariant for v in violations(workspace.pk, read_lists(workspace.pk))})


@pytest.fixture
def done(ask, send):
    return send(ask("2.50"))


@pytest.fixture
def failed(ask, send):
    operation = send(ask("9000"))
    assert operation.state == State.REJECTED
    return operation


def test_books_that_are_right_break_nothing(done, failed, broken):
    assert broken() == []


def test_transfer_made_twice_is_named(done, elsewhere, broken):
    elsewhere(done.from_key, done.to_key, "2.50", reference=done.reference)
    assert broken() == ["I1"]


def test_done_here_and_not_there_is_named(ask, broken):
    operation = ask()
    Operation.objects.filter(pk=operation.pk).update(state=State.SUCCEEDED, version=3)
    _write_way(operation, "sending", "succeeded")
    assert broken() == ["I2"]


def test_transfer_that_nobody_asked_for_is_named(done, elsewhere, broken, sub, primary):
    reference = new_reference(Installation.current_code())
    elsewhere(primary.api_key, sub.api_key, "3", reference=reference)
    assert broken() == ["I3"]


def test_transfer_that_a_person_has_looked_at_is_not(done, elsewhere, broken, sub, primary, audit):
    reference = new_reference(Installation.current_code())
    elsewhere(primary.api_key, sub.api_key, "3", reference=reference)
    audit()
    Finding.objects.update(seen_at=timezone.now())
    assert broken() == []


def test_refused_here_and_made_there_is_named(failed, elsewhere, broken):
    elsewhere(failed.from_key, failed.to_key, "3", reference=failed.reference)
    assert broken() == ["I4"]


def test_two_attempts_that_may_have_worked_are_named(done, broken):
    name = "attempt_one_that_may_have_worked"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
    Attempt.objects.create(operation=done, n=7, outcome="unknown", wire_at=timezone.now())
    assert broken() == ["I5"]
    Attempt.objects.filter(n=7).delete()
    constraint = next(c for c in Attempt._meta.constraints if c.name == name)
    with connection.schema_editor() as editor:
        editor.add_constraint(Attempt, constraint)


def test_way_that_leads_elsewhere_is_named(done, broken, triggers_lifted):
    with triggers_lifted():
        Transition.objects.filter(operation=done, end="sending").update(end="unknown")
    assert broken() == ["I6"]


def test_what_is_unknown_for_too_long_is_named(ask, send, vonage, broken):
    send(ask("1"))
    vonage.faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    operation = send(ask("2"))
    assert broken() == []
    long_ago = timezone.now() - timedelta(hours=1)
    Operation.objects.filter(pk=operation.pk).update(unknown_since=long_ago)
    assert broken() == ["I7"]


def test_end_that_is_not_in_the_audit_book_is_named(done, broken, triggers_lifted):
    with triggers_lifted():
        Entry.objects.filter(event="account:transfer:settle").delete()
    assert broken() == ["I9"]


def test_end_that_nobody_is_told_of_is_named(done, broken):
    Notice.objects.all().delete()
    assert broken() == ["I10"]


# The commands


def test_command_says_that_all_is_well(done, capsys):
    call_command("verify_money")
    assert "operations=1 listed=1 violations=0 result=ok" in capsys.readouterr().out


def test_command_fails_with_what_is_broken(done, elsewhere, capsys):
    elsewhere(done.from_key, done.to_key, "2.50", reference=done.reference)
    with pytest.raises(CommandError) as failure:
        call_command("verify_money")
    assert failure.value.returncode == 1
    assert f"I1 {done.reference}" in capsys.readouterr().err


def test_lists_that_cannot_be_had_make_the_result_unknown(done, vonage, capsys):
    vonage.faults.add(Rule("list-500", "GET", "-transfers", times=9))
    with pytest.raises(CommandError) as failure:
        call_command("verify_money")
    assert failure.value.returncode == 2
    assert "result=unknown" in capsys.readouterr().err


def test_halt_and_resume_are_written_down(done, workspace, capsys):
    call_command("money_halt", "Something smells.")
    assert Lane.objects.get().halt == "person"
    call_command("money_resume", workspace.slug)
    assert Lane.objects.get().halt == "person", "without --yes it only looks"
    call_command("money_resume", workspace.slug, "--yes", "--reason", "It was the bin.")
    assert Lane.objects.get().halt == ""
    book = Entry.objects.filter(event__startswith="workspace:sending").order_by("pk")
    assert [(each.event, each.actor_label, each.reason) for each in book] == [
        ("workspace:sending:halt", "the console", "Something smells."),
        ("workspace:sending:resume", "the console", "It was the bin."),
    ]


def test_it_stays_halted_while_the_lists_cannot_be_had(done, workspace, vonage):
    call_command("money_halt", "Stop.")
    vonage.faults.add(Rule("list-500", "GET", "-transfers", times=9))
    with pytest.raises(CommandError):
        call_command("money_resume", workspace.slug, "--yes", "--reason", "Now.")
    assert Lane.objects.get().halt == "person"


def test_reconcile_finds_what_happened_meanwhile(ask, send, vonage, capsys, later):
    send(ask("1"))
    vonage.faults.add(Rule("drop-after", "POST", "/balance-transfers"))
    operation = send(ask("2"))
    call_command("reconcile", "--since", "2026-01-01T00:00:00Z")
    operation.refresh_from_db()
    assert operation.state == State.SUCCEEDED
    assert "lists=read findings=0" in capsys.readouterr().out


def _write_way(operation, *ends):
    start = operation.state
    for version, end in enumerate(ends, 2):
        Transition.objects.create(operation=operation, version=version, start=start, end=end)
        start = end
    Notice.objects.create(operation=operation, state=end)
    from django.db import transaction

    from audit.events import Event
    from audit.writing import SWITCHBOARD, record

    with transaction.atomic():
        record(
            Event.TRANSFER_SETTLED,
            actor=SWITCHBOARD,
            workspace=operation.workspace_id,
            target=operation,
            new={"amount": Decimal(1)},
        )
