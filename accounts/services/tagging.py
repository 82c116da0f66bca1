"""Tags on accounts. Grants may go by a tag, so putting one on an account may give people access."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import PermissionDenied

from accounts.models import Account, AccountTag, Tag
from audit.events import Event
from audit.writing import record
from teams import ceilings, policy
from teams.capabilities import Capability
from teams.ceilings import Proposal
from teams.models import Grant
from teams.policy import Actor
from teams.services import reach
from teams.services.turns import turn

BATCH = 1_000


class PrimaryTaggedError(Exception):
    """The primary account has no tags: grants by tag are about subaccounts."""


class TagInUseError(Exception):
    """Somebody holds a grant by the tag, or is promised one."""


def define(actor: Actor, *, name: str) -> Tag:
    """Make a tag of this name."""
    with turn(actor) as now:
        policy.require(now, Capability.TAG_DEFINE)
        tag = Tag(workspace=now.workspace, name=name)
        tag.full_clean()
        tag.save()
        record(Event.TAG_DEFINED, actor=now.user, workspace=now.workspace, target=tag)
    return tag


def remove(actor: Actor, *, tag: Tag) -> None:
    """Remove a tag from the workspace. Raises `TagInUseError` where access goes by it."""
    with turn(actor) as now:
        policy.require(now, Capability.TAG_DEFINE)
        tag = _found(now, tag)
        if Grant.objects.filter(tag=tag).exists():
            raise TagInUseError
        old = {"name": tag.name, "accounts": AccountTag.objects.filter(tag=tag).count()}
        Tag.objects.filter(pk=tag.pk).delete()
        record(Event.TAG_REMOVED, actor=now.user, workspace=now.workspace, target=tag, old=old)


def put(actor: Actor, *, tag: Tag, accounts: Sequence[Account]) -> int:
    """Put the tag on those of the accounts that do not have it; return how many.

    Raises `MissingCapabilityError`, `PrimaryTaggedError`, and `CeilingError` where that gives
    somebody access that the actor may not give.
    """
    with turn(actor) as now:
        untagged = _without(tag, _allowed(now, tag, accounts))
        if any(each.is_primary for each in untagged):
            raise PrimaryTaggedError
        ids = [each.pk for each in untagged]
        if not ids:
            return 0
        _require_may_give_anew(now, tag, ids)
        AccountTag.objects.bulk_create(
            (AccountTag(tag=tag, account_id=pk) for pk in ids), batch_size=BATCH
        )
        reach.extend_to_tagged(tag.pk, ids)
        _record(Event.TAG_PUT, now, tag, untagged)
    return len(ids)


def take_off(actor: Actor, *, tag: Tag, accounts: Sequence[Account]) -> int:
    """Take the tag off those of the accounts that have it; return how many. Raises as `put`."""
    with turn(actor) as now:
        allowed = _allowed(now, tag, accounts)
        bare = {each.pk for each in _without(tag, allowed)}
        tagged = [each for each in allowed if each.pk not in bare]
        ids = [each.pk for each in tagged]
        if not ids:
            return 0
        _require_may_give_anew(now, tag, ids)
        AccountTag.objects.filter(tag=tag, account__in=ids).delete()
        reach.withdraw_tagged(tag.pk, ids)
        _record(Event.TAG_TAKEN_OFF, now, tag, tagged)
    return len(ids)


def _found(actor: Actor, tag: Tag) -> Tag:
    """Return the tag anew. One that is gone, or belongs elsewhere, is none here."""
    found = Tag.objects.filter(pk=tag.pk, workspace=actor.workspace).first()
    if found is None:
        raise PermissionDenied("Somebody else removed this tag meanwhile.")
    return found


def _allowed(actor: Actor, tag: Tag, accounts: Sequence[Account]) -> list[Account]:
    """Return the accounts anew; refuse all of them where one may not be tagged by the actor."""
    policy.require(actor, Capability.ACCOUNT_TAG)
    _found(actor, tag)
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_TAG)
    found = list(visible.filter(pk__in=[each.pk for each in accounts]).order_by("pk"))
    if len(found) != len({each.pk for each in accounts}):
        raise policy.MissingCapabilityError(Capability.ACCOUNT_TAG)
    return found


def _without(tag: Tag, accounts: list[Account]) -> list[Account]:
    tagged = AccountTag.objects.filter(tag=tag, account__in=accounts)
    having = set(tagged.values_list("account_id", flat=True))
    return [each for each in accounts if each.pk not in having]


def _require_may_give_anew(actor: Actor, tag: Tag, account_ids: list[int]) -> None:
    """Judge a tag like a grant of these very accounts to everybody who holds one by the tag."""
    grants = Grant.objects.filter(tag=tag).select_related("role").prefetch_related("accounts")
    ceilings.require_may_manage_all(actor, {each.member_id for each in grants if each.member_id})
    ceilings.require_may_give(actor, [_on_these(Proposal.of(each), account_ids) for each in grants])


def _on_these(given: Proposal, account_ids: list[int]) -> Proposal:
    scope = Grant.Scope.SELECTED
    return replace(given, scope=scope, tag_id=None, account_ids=frozenset(account_ids))


def _record(event: Event, actor: Actor, tag: Tag, accounts: list[Account]) -> None:
    """Write one entry for one account, or one for all where it was many."""
    record(
        event,
        actor=actor.user,
        workspace=actor.workspace,
        target=tag,
        account=accounts[0].pk if len(accounts) == 1 else None,
        new={"accounts": [each.api_key for each in accounts]},
    )
