"""Which accounts differ from the template that they follow, as of when they were read."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, Value
from django.db.models.functions import Replace

from account_settings import addresses, wishes
from account_settings.models import AccountSettings, Follower, Template
from account_settings.wishes import KIND, METHOD
from accounts.models import Account
from accounts.querysets import AccountQuerySet
from operations.kinds import Line
from operations.models import Operation
from teams.capabilities import Capability
from teams.policy import Actor


class Drift(NamedTuple):
    """How one account stands to its template. `lines`: what it has, and what the template says.

    read_at: None where it was never read, and so nothing is known. method_unknown: the template
    says a forward method, and it was never set from here.
    """

    account: Account
    template: Template
    lines: list[Line]
    read_at: datetime | None
    method_unknown: bool
    operation: Operation | None = None

    @property
    def differs(self) -> bool:
        """Whether it is known to be otherwise."""
        return bool(self.lines)


def of_account(account: Account) -> Drift | None:
    """Return how an account stands to its template; None where it follows none. Two queries."""
    follower = Follower.objects.filter(account=account).select_related("template").first()
    if follower is None:
        return None
    settings = AccountSettings.objects.filter(account=account).first()
    return drift(account, settings, follower.template)


def drift(
    account: Account,
    settings: AccountSettings | None,
    template: Template,
    operation: Operation | None = None,
) -> Drift:
    """Return how these settings stand to the template."""
    wants = wishes.of_template(template, account.api_key)
    has = wishes.known(settings)
    differing = {name: wants[name] for name in wants if name in has and has[name] != wants[name]}
    return Drift(
        account=account,
        template=template,
        lines=wishes.lines(has, differing),
        read_at=settings.read_at if settings else None,
        method_unknown=METHOD in wants and METHOD not in has,
        operation=operation,
    )


def followers(actor: Actor, template: Template) -> AccountQuerySet:
    """Return the accounts that follow a template, as far as the actor sees their settings."""
    visible = Account.objects.visible_to(actor, Capability.SETTINGS_VIEW)
    return visible.filter(settings_follower__template=template)


def differing(template: Template) -> Q:
    """Return the condition on accounts that they are known to differ, as `drift` would say."""
    known = Q(vonage_settings__read_at__isnull=False)
    condition = Q(pk__in=[])
    for name in ("mo_callback_url", "dr_callback_url"):
        wanted = Replace(
            Value(getattr(template, name)),
            Value(addresses.PLACEHOLDER),
            F("api_key"),  # type: ignore[arg-type] # the stubs know constants only
        )
        condition |= known & ~Q(**{f"vonage_settings__{name}": wanted})
    if template.http_forward_method:
        method = Q(vonage_settings__http_forward_method__gt="")
        condition |= method & ~Q(vonage_settings__http_forward_method=template.http_forward_method)
    return condition


def of_page(accounts: Sequence[Account], template: Template) -> list[Drift]:
    """Return how the accounts of a page stand to the template. Two queries."""
    settings = AccountSettings.objects.in_bulk([each.pk for each in accounts])
    latest = _latest_of(accounts)
    return [drift(each, settings.get(each.pk), template, latest.get(each.pk)) for each in accounts]


def _latest_of(accounts: Sequence[Account]) -> dict[int | None, Operation]:
    """Return the newest change of the settings of each account."""
    rows = Operation.objects.filter(account__in=accounts, kind=KIND).order_by("account_id", "-pk")
    found: dict[int | None, Operation] = {}
    for each in rows.only("account_id", "reference", "state", "pk"):
        found.setdefault(each.account_id, each)
    return found
