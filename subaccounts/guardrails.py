"""What binds everybody in a workspace, and what needs a second person."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from accounts.models import Account, Balance, Mirror
from money.formatting import format_limit
from operations.errors import GuardrailError
from operations.models import Operation, Policy
from operations.models.asked import Asked
from operations.services import approving
from operations.states import COUNTED, HELD, State
from operations.times import seconds
from subaccounts import limits
from teams.policy import Actor
from teams.transfers import MovingGrant, Pair

NOTHING = Decimal(0)
TOO_OLD = seconds(15 * 60)
"""Figures that are older prove nothing about what the primary account has."""


def policy_of(workspace_id: int) -> Policy:
    """Return the rules of a workspace; the usual ones where none were made."""
    return Policy.objects.filter(pk=workspace_id).first() or Policy(workspace_id=workspace_id)


def require_primary_keeps(asked: Asked, primary: Account) -> None:
    """Raise `GuardrailError` where a transfer would leave the primary account less than it keeps.

    What is under way, or may have happened, counts as gone. Three queries, where there is a floor.
    """
    floor = policy_of(asked.workspace_id).primary_keeps
    if floor is None or asked.from_key != primary.api_key:
        return
    now = timezone.now()
    left = _spendable(asked, primary, now) - (asked.amount or NOTHING)
    if left < floor:
        raise GuardrailError(
            f"The primary account has to keep at least {format_limit(floor)} to spend. "
            f"This would leave {format_limit(left)}.",
            field="amount",
        )


def _spendable(asked: Asked, primary: Account, now: datetime) -> Decimal:
    """Return what the primary account can surely spend, behind everything that is on its way."""
    mirror = Mirror.objects.filter(pk=asked.workspace_id).first()
    balance = Balance.objects.filter(pk=primary.pk).first()
    if mirror is None or mirror.read_at is None or mirror.read_at < now - TOO_OLD:
        raise GuardrailError(
            "What the primary account has was read too long ago to tell whether enough is left. "
            "Refresh, and try again."
        )
    if balance is None or balance.spendable is None:
        raise GuardrailError("What the primary account can spend is not known.")
    return Decimal(balance.spendable) - _leaving(asked, primary, mirror.read_at)


def _leaving(asked: Asked, primary: Account, read_at: datetime) -> Decimal:
    """Return what leaves the primary account and was not gone yet when it was last read."""
    under_way = Q(state__in=HELD) | Q(state=State.SUCCEEDED, closed_at__gte=read_at)
    leaving = Operation.objects.filter(
        under_way, workspace=asked.workspace_id, from_key=primary.api_key, amount__isnull=False
    )
    others = leaving.exclude(form_token=asked.form_token)
    return others.aggregate(sum=Sum("amount"))["sum"] or NOTHING


def reasons_for_approval(actor: Actor, asked: Asked, pairs: list[Pair] | None) -> list[str]:
    """Return why somebody else has to agree to a transfer, in sentences.

    Nothing where nobody else can: a primary user who is alone would be locked out for ever.
    """
    policy, amount = policy_of(asked.workspace_id), asked.amount or NOTHING
    reasons = [limits.needs_approval(asked, pairs)]
    if policy.amount_above is not None and amount > policy.amount_above:
        reasons.append(f"Transfers above {format_limit(policy.amount_above)} need an approval.")
    if policy.first_transfer and is_first_transfer(asked):
        reasons.append("The first transfer to an account needs an approval.")
    if _is_by_role(policy, pairs):
        reasons.append("Transfers of this role need an approval.")
    wanted = [each for each in reasons if each]
    return wanted if wanted and approving.somebody_else_may(actor, asked) else []


def _is_by_role(policy: Policy, pairs: list[Pair] | None) -> bool:
    """Return whether every way in which the person may move this needs an approval."""
    if not pairs or not policy.roles:
        return False
    return all(not {_role(each) for each in pair}.isdisjoint(policy.roles) for pair in pairs)


def _role(grant: MovingGrant) -> str:
    """Return the code of a grant's role, as a policy names it."""
    return f"own:{grant.role_id}" if grant.role_id else f"preset:{grant.preset}"


def is_first_transfer(asked: Asked) -> bool:
    """Return whether nothing of this kind was ever moved to this account from here."""
    before = Operation.objects.filter(
        workspace=asked.workspace_id, to_key=asked.to_key, state__in=COUNTED
    )
    return not before.exclude(form_token=asked.form_token).exists()
