"""Which operations and transfers a person sees. Every query starts at the actor."""

from django.db.models import Q, QuerySet

from accounts.models import Account
from operations.kinds import kind_of
from operations.models import Operation
from subaccounts.models import RemoteTransfer
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor


def operations_of(actor: Actor) -> QuerySet[Operation]:
    """Return the operations of the actor's workspace, with what pages show of each."""
    rows = Operation.objects.filter(workspace=actor.workspace)
    return rows.select_related("account", "made_by", "approval__decided_by")


def visible_operation(actor: Actor, reference: str) -> Operation | None:
    """Return one operation by its reference; None where the actor does not see it."""
    found = operations_of(actor).filter(reference=reference).first()
    return found if found and sees(actor, found) else None


def sees(actor: Actor, operation: Operation) -> bool:
    """Return whether the actor sees an operation: one's own, and those on accounts in sight."""
    if operation.made_by_id == actor.user.pk:
        return True
    if operation.account is None:
        return policy.can(actor, Capability.SUBACCOUNT_CREATE)
    money = kind_of(operation.kind).moves_money
    needed = Capability.TRANSFER_VIEW if money else Capability.ACCOUNT_VIEW
    return policy.can(actor, needed, operation.account)


def transfers_of(actor: Actor) -> QuerySet[Operation]:
    """Return the movements of money that were asked for here, on accounts in sight."""
    rows = operations_of(actor).filter(amount__isnull=False)
    return rows.filter(_on_accounts_of(actor))


def elsewhere_of(actor: Actor) -> QuerySet[RemoteTransfer]:
    """Return the transfers that were not asked for here, on accounts in sight."""
    rows = RemoteTransfer.objects.filter(workspace=actor.workspace, operation=None)
    return rows.filter(_on_accounts_of(actor)).select_related("account")


def _on_accounts_of(actor: Actor) -> Q:
    if actor.extent(Capability.TRANSFER_VIEW).everything:
        return Q()
    visible = Account.objects.visible_to(actor, Capability.TRANSFER_VIEW)
    return Q(account__in=visible.values("pk"))
