"""Which accounts a template is meant for."""

from collections.abc import Collection

from django.db.models import Q

from account_settings.models import Template
from account_settings.services.applying import MOST
from accounts.models import Account
from accounts.naming import is_key
from accounts.tagged import Tagged, condition
from teams.capabilities import Capability
from teams.policy import Actor


class NotMeantError(Exception):
    """The accounts cannot be those that are meant; the text is for the person."""


def found(
    actor: Actor, template: Template, tag: str, typed: Collection[int]
) -> tuple[list[Account], int]:
    """Return the accounts of a tag and the typed ones, and how many more there are.

    tag: its id, empty for none. Where there are more than go at once, those come first that do
    not follow the template yet. Raises `NotMeantError` where there is none.
    """
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    meant = Q(pk__in=typed)
    if tag:
        meant |= condition(Tagged.FEW, int(tag))
    rows = visible.filter(meant)
    count = rows.count()
    if not count:
        raise NotMeantError("Choose a tag that is on an account, or type an account at least.")
    if count <= MOST:
        return list(rows.order_by("listing_key")), 0
    follows = Q(settings_follower__template=template)
    fresh = list(rows.exclude(follows).order_by("listing_key")[:MOST])
    if not fresh:
        fresh = list(rows.order_by("listing_key")[:MOST])
    return fresh, count - len(fresh)


def chosen(actor: Actor, keys: Collection[str]) -> list[Account]:
    """Return the accounts with these API keys.

    Raises `NotMeantError` where there is none, where they are too many, or one does not exist for
    the actor.
    """
    if not keys:
        raise NotMeantError("Choose an account at least.")
    if len(keys) > MOST:
        raise NotMeantError(f"At most {MOST} accounts at once.")
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    rows = visible.filter(api_key__in=[each for each in keys if is_key(each)])
    accounts = list(rows.order_by("listing_key"))
    if len(accounts) != len(keys):
        raise NotMeantError("Some of the chosen accounts are not there any more. Choose again.")
    return accounts
