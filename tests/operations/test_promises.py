"""What the database itself holds, and what no code may do."""

import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from operations.models import Attempt, Operation, Transition
from operations.references import ALPHABET, is_of, is_reference, new_reference
from operations.services import asking, sending
from operations.services.sending.claim import claim
from operations.states import State
from operations.times import Times, TimesError

pytestmark = pytest.mark.django_db(transaction=True)


def refused(change) -> bool:
    with pytest.raises(DatabaseError, match="stays as it was asked"), transaction.atomic():
        change()
    return True


@pytest.mark.parametrize("field", ["amount", "to_key", "reference", "kind", "form_token"])
def test_what_was_asked_for_never_changes(ask, field):
    operation = ask()
    other = Decimal(9) if field == "amount" else "another"
    assert refused(lambda: Operation.objects.filter(pk=operation.pk).update(**{field: other}))


def test_steps_and_operations_are_kept(ask):
    operation = ask()
    assert refused(lambda: Transition.objects.update(end="succeeded"))
    assert refused(lambda: Transition.objects.all().delete())
    assert refused(lambda: Operation.objects.filter(pk=operation.pk)._raw_delete("default"))


def test_second_attempt_that_may_work_is_refused(ask):
    operation = ask()
    Attempt.objects.create(operation=operation, n=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(operation=operation, n=2)
    Attempt.objects.update(outcome="not_sent")
    assert Attempt.objects.create(operation=operation, n=2)


def test_attempt_behind_the_fence_was_sent(ask):
    made = Attempt.objects.create(operation=ask(), n=1, wire_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(pk=made.pk).update(outcome="not_sent")


def test_one_account_at_a_time(ask):
    first, second = ask("1"), ask("2")
    assert claim(first.pk, timezone.now())
    assert claim(second.pk, timezone.now()) is None
    second.refresh_from_db()
    assert second.state == State.READY


def test_form_makes_one_operation_however_many_send_it_at_once(draft, actor):
    shown, made = draft(), []

    def confirm():
        try:
            made.append(asking.confirm(actor, shown).pk)
        finally:
            connections.close_all()

    together(confirm, 8)
    assert len(made) == 8
    assert len(set(made)) == 1
    assert Operation.objects.count() == 1


def test_one_of_many_senders_sends(ask, vonage):
    operation = ask()

    def send():
        try:
            sending.send_one(operation.pk)
        finally:
            connections.close_all()

    together(send, 8)
    assert len(vonage.state.store.all(vonage.state.store.transfers)) == 1
    assert Attempt.objects.count() == 1


def test_nothing_is_sent_inside_a_transaction(ask):
    operation = ask()
    with transaction.atomic(), pytest.raises(RuntimeError):
        sending.send_one(operation.pk)


def test_cap_is_never_passed_by_many_at_once(draft, sub, workspace):
    from teams.models import Grant, Member, User
    from teams.policy import actor_of
    from teams.services import reach

    user = User.objects.create_user(username="op", email="op@example.com", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant = Grant.objects.create(
        member=member, place=0, preset="operator", scope="selected", with_primary=True,
        per_day=Decimal(10),
    )  # fmt: skip
    grant.accounts.set([sub])
    reach.extend_to_grant(grant)
    operator = actor_of(member)
    drafts = [draft("3", by=operator) for _ in range(50)]

    def confirm():
        from operations.errors import LimitReachedError

        try:
            asking.confirm(operator, drafts.pop(), even_if_repeated=True)
        except LimitReachedError:
            pass
        finally:
            connections.close_all()

    together(confirm, 50)
    assert Operation.objects.count() == 3


def together(work, number):
    threads = [threading.Thread(target=work) for _ in range(number)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)


def test_reference_is_known_by_its_form():
    reference = new_reference("ABCD")
    assert is_of(reference, "ABCD")
    assert not is_of(reference, "ABCE")
    assert not is_reference("SBABCD")
    assert not is_reference(reference.lower())
    others = [reference[:-1] + letter for letter in ALPHABET if letter != reference[-1]]
    assert not any(map(is_reference, others))


@pytest.mark.parametrize(
    "wrong", [{"fence": 4}, {"sweep": 40}, {"settle": 100}, {"settle_lists": 0}, {"margin": 60}]
)
def test_time_that_does_not_contain_another_is_refused(wrong):
    with pytest.raises(TimesError):
        Times(**wrong)
