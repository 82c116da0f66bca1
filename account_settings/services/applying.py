"""A template put on several accounts: what would change, and one operation for each account."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied

from account_settings import addresses, wishes
from account_settings.models import AccountSettings, Template
from account_settings.services import reading, templates
from account_settings.wishes import KIND, Values
from accounts.models import Account
from api_secrets.models import HeldSecret
from operations.errors import RefusedError
from operations.kinds import Line
from operations.models import Draft, Operation
from operations.services import asking, lanes
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn

MOST = 100
"""So many accounts at once."""


class ChangedMeanwhileError(Exception):
    """The template is not the one that was looked at."""

    def __init__(self) -> None:
        super().__init__("The template was changed meanwhile. Look at it once more.")


class Step(NamedTuple):
    """What would become of one account. obstacle: why nothing; empty where it can be done."""

    account: Account
    wanted: Values
    lines: list[Line]
    settings: AccountSettings | None
    obstacle: str


class Result(NamedTuple):
    """What came of it: accounts asked for, those that were so already, and those left out."""

    asked: int
    already: int
    left_out: list[tuple[Account, str]]


def plan(actor: Actor, template: Template, accounts: Sequence[Account]) -> list[Step]:
    """Return account by account what a template would change. Five queries at most."""
    ids = [each.pk for each in accounts]
    settings = AccountSettings.objects.in_bulk(ids)
    waiting = wishes.pending(ids)
    obstacles = _obstacles(actor, accounts)
    sees = _within(actor, Capability.SETTINGS_VIEW, ids)
    return [
        _step(
            each,
            template,
            settings.get(each.pk) if each.pk in sees else None,
            waiting.get(each.pk, {}),
            obstacles.get(each.pk, ""),
        )
        for each in accounts
    ]


def run(
    actor: Actor, template: Template, accounts: Sequence[Account], *, bulk: str, version: int
) -> Result:
    """Ask for one operation for each account that can be changed, all in one transaction.

    bulk: names this go; what was asked for under it is not asked for again. version: of the
    template that was looked at. Raises `MissingCapabilityError` and `ChangedMeanwhileError`.
    """
    policy.require(actor, Capability.BULK_RUN)
    with turn(actor) as now:
        policy.require(now, Capability.BULK_RUN)
        lanes.lock(now.workspace.pk)
        current = Template.objects.filter(workspace=now.workspace, pk=template.pk).first()
        if current is None or current.version != version:
            raise ChangedMeanwhileError
        return _run(now, current, plan(now, current, accounts[:MOST]), bulk)


def _run(actor: Actor, template: Template, steps: Sequence[Step], bulk: str) -> Result:
    asked_before = _asked_before(actor, steps, bulk)
    asked, already, left_out, following = 0, 0, [], []
    for step in steps:
        token = _token(bulk, step.account)
        if token in asked_before:
            asked += 1
        elif step.obstacle:
            left_out.append((step.account, step.obstacle))
        elif not step.wanted:
            already += 1
            following.append(step.account)
        elif refusal := _ask(actor, template, step, token):
            left_out.append((step.account, refusal))
        else:
            asked += 1
            following.append(step.account)
    templates.follow(actor, template, following)
    return Result(asked, already, left_out)


def _ask(actor: Actor, template: Template, step: Step, token: str) -> str:
    """Write an operation down; return why not, or nothing."""
    draft = Draft(
        workspace=actor.workspace,
        kind=KIND,
        account=step.account,
        wanted=step.wanted,
        memo=f"Template {template.name}",
        made_by=actor.user,
        form_token=token,
    )
    try:
        asking.ask(actor, draft, origin=Operation.Origin.BULK)
    except (RefusedError, PermissionDenied) as refusal:
        return str(refusal)
    return ""


def _asked_before(actor: Actor, steps: Sequence[Step], bulk: str) -> set[str]:
    tokens = [_token(bulk, each.account) for each in steps]
    rows = Operation.objects.filter(workspace=actor.workspace, form_token__in=tokens)
    return set(rows.values_list("form_token", flat=True))


def _token(bulk: str, account: Account) -> str:
    return f"bulk:{bulk}:{account.pk}"


def _step(
    account: Account,
    template: Template,
    settings: AccountSettings | None,
    waiting: Mapping[str, str],
    obstacle: str,
) -> Step:
    wants = wishes.of_template(template, account.api_key)
    wanted = wishes.changes({**waiting, **wants}, settings)
    lines = wishes.lines(wishes.known(settings), wanted)
    return Step(account, wanted, lines, settings, obstacle or _fault_of(wanted))


def _fault_of(wanted: Values) -> str:
    """Return why an address that a template gives cannot be; a long API key may do that."""
    try:
        for name, value in wanted.items():
            if name != wishes.METHOD:
                addresses.checked(value)
    except addresses.BadAddressError as error:
        return str(error)
    return ""


def _obstacles(actor: Actor, accounts: Sequence[Account]) -> dict[int, str]:
    """Return why the settings of some of the accounts cannot be changed."""
    ids = [each.pk for each in accounts]
    held = set(HeldSecret.objects.filter(account__in=ids).values_list("account_id", flat=True))
    allowed = _within(actor, Capability.SETTINGS_CHANGE, ids)
    found = {}
    for each in accounts:
        if each.pk not in allowed:
            found[each.pk] = "You may not change its settings."
        elif each.vanished_at:
            found[each.pk] = "Vonage no longer lists it."
        elif not each.is_primary and each.pk not in held:
            found[each.pk] = reading.NOT_HELD
    return found


def _within(actor: Actor, capability: Capability, ids: Collection[int]) -> set[int]:
    visible = Account.objects.visible_to(actor, capability)
    return set(visible.filter(pk__in=ids).values_list("pk", flat=True))
