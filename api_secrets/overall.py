"""The API secrets of all accounts that a person may see, and who has seen which."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.activity import sees_names
from accounts.models import Account
from api_secrets.models import ApiSecret, Rotation, SecretList
from api_secrets.services import ageing
from subaccounts.models import SeenSecret
from teams.capabilities import Capability
from teams.models import Member, User
from teams.policy import Actor

PAGE = 50
_BUSY = Exists(Rotation.objects.filter(account=OuterRef("account"), ended_at=None))
OLD, ALL, BUSY = "old", "all", "busy"


class Page(NamedTuple):
    """Secrets, the oldest first. after: behind which secret the next page begins; 0: none."""

    secrets: list[ApiSecret]
    after: int


class Counts(NamedTuple):
    """Of the accounts in sight. oldest_read: when the list that is the oldest was read."""

    accounts: int
    unread: int
    old: int
    busy: int
    oldest_read: datetime | None


class Seer(NamedTuple):
    """Somebody who has seen secrets that still work. is_gone: no longer in the team."""

    person: User
    secrets: int
    is_gone: bool


def page(actor: Actor, which: str, now: datetime, after: int = 0) -> Page:
    """Return a page of the secrets in sight that Vonage takes, the oldest first. Three queries."""
    rows = _live(actor)
    if which == OLD:
        rows = rows.filter(created_at__lt=now - ageing.old_after(actor.workspace.pk))
    elif which == BUSY:
        rows = rows.filter(_BUSY)
    last = rows.filter(pk=after).first() if after else None
    if last:
        same = Q(created_at=last.created_at, pk__gt=last.pk)
        rows = rows.filter(Q(created_at__gt=last.created_at) | same)
    found = list(rows.select_related("account").order_by("created_at", "pk")[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def counts(actor: Actor, now: datetime) -> Counts:
    """Return how things stand. Four queries."""
    accounts = visible(actor)
    read = SecretList.objects.filter(account__in=accounts)
    total = accounts.count()
    oldest = read.order_by("read_at").values_list("read_at", flat=True).first()
    old_before = now - ageing.old_after(actor.workspace.pk)
    found = _live(actor).aggregate(
        old=Count("pk", filter=Q(created_at__lt=old_before)),
        busy=Count("account", filter=_BUSY, distinct=True),
    )
    return Counts(total, total - read.count(), found["old"], found["busy"], oldest)


def visible(actor: Actor) -> QuerySet[Account]:
    """Return the accounts that Vonage lists and whose secrets the person may see."""
    return Account.objects.visible_to(actor, Capability.SECRET_VIEW).listed()


def seers(actor: Actor) -> list[Seer]:
    """Return who has seen secrets that still work, those first who are gone. Two queries.

    Nothing for those who do not learn who else is here.
    """
    if not sees_names(actor):
        return []
    rows = _seen(actor).values("person").annotate(secrets=Count("pk"))
    counted: dict[int, int] = {each["person"]: each["secrets"] for each in rows}
    here = Member.objects.filter(workspace=actor.workspace, user=OuterRef("pk"))
    people = User.objects.filter(pk__in=counted).annotate(is_member=Exists(here))
    found = [
        Seer(each, counted[each.pk], is_gone=not (each.is_member or _owns(actor, each)))
        for each in people
    ]
    return sorted(found, key=lambda seer: (not seer.is_gone, str(seer.person)))


def seen_by(actor: Actor, person: int) -> QuerySet[Account]:
    """Return the accounts of which a person has seen a secret that still works."""
    seen = _seen(actor).filter(person=person)
    return visible(actor).filter(pk__in=seen.values("operation__account"))


def with_old(actor: Actor, now: datetime) -> QuerySet[Account]:
    """Return the accounts in sight that have an old secret."""
    old_before = now - ageing.old_after(actor.workspace.pk)
    old = ApiSecret.objects.filter(account=OuterRef("pk"), gone_at=None, created_at__lt=old_before)
    return visible(actor).filter(Exists(old))


def _seen(actor: Actor) -> QuerySet[SeenSecret]:
    return SeenSecret.objects.filter(
        workspace=actor.workspace,
        operation__account__in=visible(actor),
        operation__api_secret__gone_at=None,
        operation__api_secret__isnull=False,
    )


def _live(actor: Actor) -> QuerySet[ApiSecret]:
    return ApiSecret.objects.filter(account__in=visible(actor), gone_at=None)


def _owns(actor: Actor, person: User) -> bool:
    return actor.workspace.primary_user_id == person.pk
