"""What is done with a team, in a process of `bench.inside`."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Account, AccountTag, MemberReading, Tag
from accounts.services import tagging
from bench.chores import cookie_of
from teams import policy
from teams.capabilities import Capability, mask_of
from teams.models import Grant, Member, Role, User, Workspace
from teams.services import granting, reach, roles
from teams.services.granting import Terms

MEMBERS, TAGS = 500, 200
SHARE = 20_000
TAGGED = 5_000
HELD_BY = 5
"""So many members hold grants by each tag."""


def add_readers() -> dict[str, dict[str, str]]:
    """Add two members who see a fifth of the accounts: any, or those at the end of the list.

    Returns, for each, the cookie of a session and the keys at which deep pages are cut.
    """
    keys = list(Account.objects.order_by("listing_key").values_list("pk", flat=True))
    share = min(SHARE, max(len(keys) // 5, 1))
    chance = random.Random(1)  # noqa: S311 - it shall be foreseeable
    chosen = {"at random": chance.sample(keys, share), "worst placed": keys[-share:]}
    return {name: _reader(name.replace(" ", "-"), ids) for name, ids in chosen.items()}


def _reader(name: str, account_ids: Sequence[int]) -> dict[str, str]:
    (member,) = _members(name)
    grant = Grant.objects.create(member=member, place=0, preset="support", scope="selected")
    through = Grant.accounts.through
    through.objects.bulk_create(
        (through(grant_id=grant.pk, account_id=pk) for pk in account_ids), batch_size=1_000
    )
    reach.extend_to_grant(grant)
    _add_stock(member)
    mine = Account.objects.visible_to(policy.actor_of(member), Capability.ACCOUNT_VIEW)
    in_order = mine.order_by("listing_key").values_list("api_key", flat=True)
    last = max(len(account_ids) - 51, 0)
    return {
        "cookie": cookie_of(member.user),
        "middle": in_order[last // 2],
        "last": in_order[last],
    }


def _add_stock(member: Member) -> None:
    """Leave what an hourly sum of thirty days leaves."""
    now = timezone.now()
    MemberReading.objects.bulk_create(
        MemberReading(
            member=member,
            at=now - timedelta(hours=hour),
            balance=1000 + hour * 7919 % 997,
            credit_limit=0,
        )
        for hour in range(1, 30 * 24)
    )


def _members(*names: str) -> list[Member]:
    users = User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com", has_second_factor=True) for name in names
    )
    workspace = Workspace.objects.get()
    return Member.objects.bulk_create(Member(workspace=workspace, user=user) for user in users)


def furnish() -> None:
    """Make a large team, tags on all subaccounts, and grants by them."""
    members = _members(*(f"member-{number}" for number in range(MEMBERS)))
    workspace = Workspace.objects.get()
    tags = Tag.objects.bulk_create(
        Tag(workspace=workspace, name=f"tag {number}") for number in range(TAGS)
    )
    subaccounts = Account.objects.filter(is_primary=False).values_list("pk", flat=True)
    AccountTag.objects.bulk_create(
        (AccountTag(tag=tags[pk % TAGS], account_id=pk) for pk in subaccounts), batch_size=1_000
    )
    Grant.objects.bulk_create(
        Grant(member=members[number // 2], place=number % 2, preset="support", scope="tag", tag=tag)
        for number, tag in enumerate(tags * HELD_BY)
    )
    for member in members:
        reach.rebuild(member)
    (administrator,) = _members("administrator")
    Grant.objects.create(
        member=administrator, place=0, preset="administrator", scope="all", may_pass_on=True
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def changes() -> dict[str, float]:
    """Return the seconds of each kind of change, made by an administrator."""
    members = list(Member.objects.filter(user__username__startswith="member-").order_by("pk"))
    actor, last = policy.actor_of(Member.objects.get(user__username="administrator")), members[-1]
    tag, other = Tag.objects.order_by("pk")[:2]
    untagged = Account.objects.filter(is_primary=False).exclude(accounttag__tag=tag)
    accounts = list(untagged.order_by("pk")[:TAGGED])
    chosen = frozenset(Account.objects.order_by("pk").values_list("pk", flat=True)[:SHARE])
    role = _role_of_many(actor, members[:100])
    by_tag = Terms(scope="tag", preset="support", tag_id=other.pk)
    selection = Terms(scope="selected", preset="support", account_ids=chosen)
    return {
        "a grant by tag": _seconds(lambda: granting.give(actor, member=last, terms=by_tag)),
        f"a tag put on {len(accounts):,} accounts": _seconds(
            lambda: tagging.put(actor, tag=tag, accounts=accounts)
        ),
        f"a tag taken off {len(accounts):,} accounts": _seconds(
            lambda: tagging.take_off(actor, tag=tag, accounts=accounts)
        ),
        "a role of 100 members changed": _seconds(
            lambda: roles.change(actor, role=role, name="own", mask=mask_of([Capability.LOG_VIEW]))
        ),
        f"a selection of {len(chosen):,} given": _seconds(
            lambda: granting.give(actor, member=last, terms=selection)
        ),
        f"a selection of {len(chosen):,} ended": _seconds(
            lambda: granting.end(actor, grant=last.grants.latest("pk"))
        ),
    }


def _role_of_many(actor: policy.Actor, members: Sequence[Member]) -> Role:
    role = roles.make(actor, name="own", mask=mask_of([Capability.ACCOUNT_VIEW]))
    Grant.objects.bulk_create(
        Grant(member=member, place=5, role=role, scope="all") for member in members
    )
    return role


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
