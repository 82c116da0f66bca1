"""Which accounts a person means to put a tag on, or to take it off: all of them or none."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import Account, Tag
from accounts.querysets import AccountQuerySet
from accounts.search import search_for
from accounts.tagged import Tagged, condition
from teams import policy
from teams.capabilities import Capability
from teams.wording import listed

MOST_AT_ONCE = 20_000
MOST_NAMED = 5


class NotMeantError(Exception):
    """One of the accounts cannot be changed, so none is; the text is for the person."""


def candidates(actor: policy.Actor, tag: Tag, *, having: bool, q: str = "") -> AccountQuerySet:
    """Return the accounts that the actor may tag, with or without this tag, that a search finds.

    The primary account is never among them.
    """
    may_tag = Account.objects.visible_to(actor, Capability.ACCOUNT_TAG).filter(is_primary=False)
    has_it = condition(Tagged.MANY, tag.pk)
    found = may_tag.listed().matching(*search_for(q))
    return found.filter(has_it if having else ~has_it)


def all_found(actor: policy.Actor, tag: Tag, *, having: bool, q: str) -> list[Account]:
    """Return all that a search finds. Raises `NotMeantError` where that is none or too many."""
    found = list(candidates(actor, tag, having=having, q=q)[: MOST_AT_ONCE + 1])
    if not found:
        raise NotMeantError("No account fits any more.")
    if len(found) > MOST_AT_ONCE:
        raise NotMeantError(f"At most {MOST_AT_ONCE:,} accounts at once. Narrow the search.")
    return found


def chosen(
    actor: policy.Actor, *, keys: Collection[str], ids: Collection[int] = ()
) -> list[Account]:
    """Return the accounts with these API keys and these ids.

    Raises `NotMeantError` where one does not exist for the actor, or may not be tagged.
    """
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    found = list(visible.filter(Q(api_key__in=keys) | Q(pk__in=ids)).order_by("pk"))
    if not found:
        raise NotMeantError("Choose an account at least.")
    if set(keys) - {each.api_key for each in found}:
        raise NotMeantError("Some of the chosen accounts are not there any more. Choose again.")
    _require_may_tag(actor, found)
    return found


def _require_may_tag(actor: policy.Actor, accounts: list[Account]) -> None:
    may_tag = Account.objects.visible_to(actor, Capability.ACCOUNT_TAG)
    allowed = set(may_tag.filter(pk__in=[x.pk for x in accounts]).values_list("pk", flat=True))
    refused = [str(each) for each in accounts if each.pk not in allowed]
    if refused:
        more = [f"{len(refused) - MOST_NAMED} more"] if refused[MOST_NAMED:] else []
        names = listed([*refused[:MOST_NAMED], *more])
        raise NotMeantError(f"You may not change the tags of {names}. Nothing was changed.")
