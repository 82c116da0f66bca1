"""Asking for a right that is missing, and answers from those who may give it."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.writing import record
from teams import mailing, policy, roster
from teams.capabilities import Capability
from teams.door.later import later
from teams.models import AccessRequest, Grant, Member, Reach
from teams.policy import Actor, Holding
from teams.services.turns import turn

State = AccessRequest.State

MOST_A_DAY = 10
"""So many wishes of one member a day: each is a mail to everybody who may answer."""


class NothingMissingError(Exception):
    """The person holds the right there already, or owns the workspace."""


class AlreadyAskedError(Exception):
    """The person has asked for that, and waits for an answer."""


class TooManyRequestsError(Exception):
    """The person has asked for `MOST_A_DAY` rights within a day."""


@dataclass(frozen=True)
class Asking:
    """What a page that refuses something offers: to ask for it, unless that was done."""

    waiting: AccessRequest | None


def asking_for(actor: Actor, *, capability: Capability, account: Any = None) -> Asking | None:
    """Return what the person can do about a missing right; None who has nobody to ask.

    One query.
    """
    if actor.is_primary_user or actor.seen_by:
        return None
    return Asking(_open_of(actor, capability, account).first())


def ask(
    actor: Actor, *, capability: Capability, account: Any = None, note: str = ""
) -> AccessRequest:
    """Ask those who may give it for a right, on one account or in the workspace.

    `account` is one that the person sees. Raises `NothingMissingError`, `AlreadyAskedError` and
    `TooManyRequestsError`.
    """
    with turn(actor) as now:
        _require_reason_to_ask(now, capability, account)
        request = AccessRequest.objects.create(
            member=_member(now), capability=capability.value, account=account, note=note
        )
        record(
            Event.ACCESS_ASKED,
            actor=now.user,
            workspace=now.workspace,
            account=account and account.pk,
            new={"capability": capability.value},
            reason=note,
        )
    # Whoever asks does not wait while it is worked out who may answer.
    later(partial(_tell_those_who_may_answer, now, request))
    return request


def answerable(actor: Actor) -> list[AccessRequest]:
    """Return the open wishes that the person may grant or decline, the oldest first.

    Those of people whom the person sees in the team, for what the person may pass on there. As
    many queries for many wishes as for few.
    """
    if not policy.can(actor, Capability.TEAM_MANAGE):
        return []
    people = roster.visible_members(actor).filter(suspended_at=None).exclude(user=actor.user)
    waiting = AccessRequest.objects.filter(state=State.OPEN, member__in=people.values("pk"))
    found = list(waiting.select_related("member__user", "account").order_by("asked_at", "pk"))
    return found if actor.is_primary_user else _passed_on_by(actor, found)


def asked_by(actor: Actor) -> QuerySet[AccessRequest]:
    """Return what the person asked for, the latest first."""
    own = AccessRequest.objects.filter(member=actor.member_id)
    return own.select_related("account").order_by("-asked_at", "-pk")


def still_seen(actor: Actor, requests: list[AccessRequest]) -> set[int]:
    """Return the ids of the accounts of these wishes that the person sees today, in one query."""
    seen = actor.extent(Capability.ACCOUNT_VIEW)
    accounts = [each.account for each in requests if each.account]
    reached = Reach.objects.filter(
        member=actor.member_id or 0, grants__shares=seen.grants, account__in=accounts
    )
    wide = seen.everything or seen.subaccounts
    known = set() if seen.everything else set(reached.values_list("account_id", flat=True))
    known |= {x.pk for x in accounts if wide and (seen.everything or not x.is_primary)}
    return known


def decline(actor: Actor, *, pk: int, answer: str) -> AccessRequest:
    """Say no to a wish, in a sentence.

    Raises `AccessRequest.DoesNotExist` where there is none that the person may answer.
    """
    with turn(actor) as now:
        request = next((each for each in answerable(now) if each.pk == pk), None)
        if request is None:
            raise AccessRequest.DoesNotExist
        _settle(now, request, State.DECLINED, answer)
    return request


def settle(actor: Actor, grant: Grant) -> None:
    """Count the open wishes of a member that a grant, just given, fulfils as answered.

    In the transaction of the grant, behind its own entry of the audit book.
    """
    waiting = AccessRequest.objects.filter(state=State.OPEN, member=grant.member)
    for request in waiting.select_related("member__user", "account"):
        if _fulfils(actor, grant, request):
            _settle(actor, request, State.GRANTED, "")


def capability_of(request: AccessRequest) -> Capability:
    """Return the right that is asked for."""
    return next(each for each in Capability if each.value == request.capability)


def _open_of(actor: Actor, capability: Capability, account: Any) -> QuerySet[AccessRequest]:
    return AccessRequest.objects.filter(
        member=actor.member_id, capability=capability.value, account=account, state=State.OPEN
    )


def _member(actor: Actor) -> Member:
    return Member.objects.get(workspace=actor.workspace, user=actor.user)


def _require_reason_to_ask(actor: Actor, capability: Capability, account: Any) -> None:
    if policy.can(actor, capability, account):
        raise NothingMissingError
    if _open_of(actor, capability, account).exists():
        raise AlreadyAskedError
    day_ago = timezone.now() - timedelta(days=1)
    lately = AccessRequest.objects.filter(member=actor.member_id, asked_at__gt=day_ago)
    if lately.count() >= MOST_A_DAY:
        raise TooManyRequestsError


def _passed_on_by(actor: Actor, requests: list[AccessRequest]) -> list[AccessRequest]:
    """Return those of the requests for what the member may pass on, on their accounts."""
    now = timezone.now()
    grants = Grant.objects.filter(member=actor.member_id, may_pass_on=True).select_related("role")
    own = [each for each in grants if each.is_active(now)]
    accounts = {each.account_id for each in requests if each.account_id}
    reach = Reach.objects.filter(member=actor.member_id, account__in=accounts)
    reached = dict(reach.values_list("account_id", "grants"))
    return [each for each in requests if _passes_on(own, each, reached)]


def _passes_on(own: list[Grant], request: AccessRequest, reached: dict[int, int]) -> bool:
    bit = capability_of(request).bit
    passing = [each for each in own if each.mask & bit]
    account = request.account
    if account is None or not capability_of(request).is_on_accounts:
        return bool(passing)
    bits = reached.get(account.pk, 0)
    return bool(policy.those_holding(passing, is_primary=account.is_primary, reached=bits))


def _fulfils(actor: Actor, grant: Grant, request: AccessRequest) -> bool:
    """Return whether this grant alone gives what was asked for, and does so now."""
    if not grant.is_active(timezone.now()):
        return False
    holding = Holding(grant.mask, grant.scope, grant.place or 0)
    holder = Actor(request.member.user, actor.workspace, grant.member_id, (holding,))
    capability = capability_of(request)
    return policy.can(holder, capability, request.account if capability.is_on_accounts else None)


def _settle(actor: Actor, request: AccessRequest, state: AccessRequest.State, answer: str) -> None:
    """Write the answer down and send it; a mail does not name who gave it."""
    request.state, request.answer = state, answer
    request.answered_by, request.answered_at = actor.user, timezone.now()
    request.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    record(
        Event.ACCESS_ANSWERED,
        actor=actor.user,
        workspace=actor.workspace,
        target=request.member,
        account=request.account_id,
        new={"capability": request.capability, "answer": state.value},
        reason=answer,
    )
    mailing.post(
        "access_answered",
        request.member.user.email,
        path=_address(actor),
        workspace=actor.workspace.name,
        right=_right(request),
        was_granted="yes" if state == State.GRANTED else "",
        answer=answer,
    )


def _tell_those_who_may_answer(actor: Actor, request: AccessRequest) -> None:
    people = [actor.workspace.primary_user, *(each.user for each in _answerers(actor, request))]
    for person in people:
        mailing.post(
            "access_asked",
            person.email,
            path=_address(actor),
            workspace=actor.workspace.name,
            person=actor.user.username,
            right=_right(request),
            note=request.note,
        )


def _answerers(actor: Actor, request: AccessRequest) -> list[Member]:
    """Return the members who may answer."""
    team = Member.objects.filter(workspace=actor.workspace).exclude(user=actor.user)
    members = list(team.select_related("user", "workspace"))
    manages = Capability.TEAM_MANAGE.bit
    held = roster.active_grants(members)
    managing = (each for each in members if any(x.mask & manages for x in held.get(each.pk, [])))
    return [each for each in managing if request in answerable(policy.actor_of(each))]


def _right(request: AccessRequest) -> str:
    """Return what is asked for, e.g. `rename accounts: Harbour Hotel (abcd1234)`."""
    right = capability_of(request).description
    account = request.account
    return f"{right}: {account} ({account.api_key})" if account else right


def _address(actor: Actor) -> str:
    return reverse("team:requests", args=[actor.workspace.slug])
