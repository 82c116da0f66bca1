"""Asking for a search, and stopping one. Each changes rows only; a worker asks Vonage."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from log_search import seeing, terms
from log_search.doorbell import ring
from log_search.keeping import kept_for
from log_search.models import Search
from log_search.terms import Wanted
from teams.capabilities import Capability
from teams.policy import Actor, MissingCapabilityError, can, require
from teams.services.turns import turn
from usage.services import guarding

State = Search.State
_GOOD = (State.RUNNING, State.DONE, State.FULL)
IDS_ARE_FRESH = timedelta(minutes=5)
"""A record that was asked for by its id may change its status; then it is asked for anew."""


def ask(actor: Actor, wanted: Wanted, *, token: str) -> tuple[Search, bool]:
    """Write a search down; a worker goes through it. Return it, and whether it is a new one.

    The same form twice is one search, and so is the same question of anybody, while what was found
    is still here: it is not paid for twice. Raises `MissingCapabilityError`, or
    `guarding.OverBudgetError` where nothing is left.
    """
    with turn(actor) as now:
        if earlier := asked_with(now, token):
            return earlier, False
        require(now, Capability.LOG_VIEW, wanted.account)
        if wanted.include_message:
            require(now, Capability.LOG_PERSONAL, wanted.account)
        if held := same_as(now, wanted):
            return held, False
        refuse_where_nothing_is_left(now)
        search = _written(now, wanted, token)
        _write_down(Event.LOG_SEARCHED, now, search)
        transaction.on_commit(lambda: ring(search.pk))
    return search, True


def asked_with(actor: Actor, token: str) -> Search | None:
    """Return what was asked for with this form."""
    return seeing.searches_of(actor).filter(asked_by=actor.user, form_token=token).first()


def same_as(actor: Actor, wanted: Wanted) -> Search | None:
    """Return a search in sight that asks the same, and is under way or still here."""
    now = timezone.now()
    rows = seeing.searches_of(actor).filter(
        Q(starts_at__isnull=False) | Q(asked_at__gt=now - IDS_ARE_FRESH),
        fingerprint=wanted.fingerprint,
        state__in=_GOOD,
        kept_until__gt=now,
    )
    return rows.order_by("-asked_at").first()


def refuse_where_nothing_is_left(actor: Actor) -> None:
    """Raise `guarding.OverBudgetError` where a budget that counts for the person is used up."""
    for each in guarding.budgets(actor):
        if each.left <= 0:
            raise guarding.OverBudgetError(
                f"Nothing is left of the {each.per_month:,} records of {each.whose} for this month."
            )


def may_stop(actor: Actor, search: Search) -> bool:
    """Return whether the person asked for it, or sets how many records may be read at all."""
    is_own = search.asked_by_id == actor.user.pk
    return is_own or can(actor, Capability.GUARDRAIL_MANAGE)


def stop(actor: Actor, search: Search) -> bool:
    """Stop a search and keep what was found; False where there is nothing to stop any more.

    Raises `MissingCapabilityError` where it is somebody else's; see `may_stop`.
    """
    with turn(actor) as by:
        require(by, Capability.LOG_VIEW, search.account)
        if not may_stop(by, search):
            raise MissingCapabilityError(Capability.GUARDRAIL_MANAGE)
        stopped = Search.objects.filter(pk=search.pk, state=State.RUNNING).update(
            state=State.STOPPED,
            due_at=None,
            claim=None,
            claimed_until=None,
            finished_at=timezone.now(),
            place=None,
            places=[],
            failures=0,
            fault="",
        )
        if stopped:
            _write_down(Event.LOG_SEARCH_STOPPED, by, search)
    return bool(stopped)


def _written(actor: Actor, wanted: Wanted, token: str) -> Search:
    now = timezone.now()
    search = Search(
        workspace=actor.workspace,
        asked_by=actor.user,
        asked_at=now,
        form_token=token,
        product=wanted.product,
        direction=wanted.direction,
        account=wanted.account,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        until=wanted.ends_at,
        terms=wanted.terms,
        kinds=wanted.kinds,
        include_message=wanted.include_message,
        fingerprint=wanted.fingerprint,
        kept_until=now + kept_for(actor.workspace),
    )
    terms.seal_terms(search, "sought", wanted.sought)
    search.save(force_insert=True)
    return search


def _write_down(event: Event, actor: Actor, search: Search) -> None:
    """Say in the audit book what was asked; by what it was narrowed, never to what."""
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        target=search,
        account=search.account,
        new=described(search),
    )


def described(search: Search) -> dict[str, object]:
    """Return what the audit book says of a search."""
    return {
        "product": search.product,
        "direction": search.direction,
        "from": search.starts_at,
        "until": search.ends_at,
        "narrowed by": search.kinds,
        "message text": search.include_message,
    }
