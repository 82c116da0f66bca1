"""What is left of a person's limits, and that nobody passes them, however many ask at once."""

import threading
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.db.models import Sum

from operations.errors import LimitReachedError
from operations.models import Draft, Operation
from operations.services import asking
from operations.states import State
from subaccounts import limits
from teams import transfers
from teams.models import Member, User
from teams.policy import actor_of
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 50


@pytest.fixture
def operator(workspace, sub):
    """Somebody who may move money to one account, with these limits."""

    def join(*several, name="operator"):
        user = User.objects.create_user(username=name, email=f"{name}@example.com", password="")
        member = Member.objects.create(workspace=workspace, user=user)
        for terms in several:
            grant(member, "operator", "selected", accounts=[sub], with_primary=True, **terms)
        return actor_of(member)

    return join


@pytest.fixture
def left(sub, primary):
    """Return what somebody can still move to the account in one transfer."""

    def of(actor):
        pairs = transfers.grants_that_move(
            actor,
            moved="balance",
            direction=transfers.Direction.GIVE,
            subaccount=sub,
            primary=primary,
        )
        asked = Draft(workspace=actor.workspace, made_by=actor.user, form_token="new")
        return limits.left_for(asked, pairs)

    return of


def test_least_of_the_limits_of_a_grant_is_left(operator, left, ask):
    mover = operator({"per_transfer": 5, "per_day": 8, "per_month": 20})
    assert left(mover) == 5
    ask("4", by=mover)
    assert left(mover) == 4
    ask("4", by=mover)
    assert left(mover) == 0


def test_most_generous_grant_decides(operator, left, ask):
    mover = operator({"per_day": 2}, {"per_day": 7})
    assert left(mover) == 7
    ask("1.50", by=mover)
    assert left(mover) == Decimal("5.50")


def test_grant_without_limits_leaves_everything(operator, left):
    assert left(operator({"per_day": 2}, {})) is None


def test_primary_user_is_not_bound(actor, left):
    assert left(actor) is None


def test_what_is_left_can_be_asked_for_and_not_more(operator, left, ask):
    mover = operator({"per_day": 7, "per_month": 9})
    ask("3.25", by=mover)
    most = left(mover)
    with pytest.raises(LimitReachedError):
        ask(str(most + Decimal("0.01")), by=mover)
    assert ask(str(most), by=mover).state == State.READY


def test_fifty_at_the_same_moment_do_not_pass_the_limit(operator, draft):
    """Each is allowed alone. Twenty of them have room; on PostgreSQL and on SQLite alike."""
    mover = operator({"per_day": 5})
    drafts = [draft("0.25", by=mover) for _ in range(AT_ONCE)]
    start, said = threading.Barrier(AT_ONCE), []

    def confirm(shown: Draft) -> None:
        start.wait()
        try:
            said.append(_confirmed(mover, shown))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(each,)) for each in drafts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert said.count("asked") == 20
    assert said.count("refused") == AT_ONCE - 20
    assert Operation.objects.aggregate(sum=Sum("amount"))["sum"] == 5


def _confirmed(mover, shown: Draft) -> str:
    """Ask, and ask again where the database was too busy, as a person would."""
    while True:
        try:
            asking.confirm(mover, shown, even_if_repeated=True)
        except LimitReachedError:
            return "refused"
        except OperationalError:
            continue
        return "asked"
