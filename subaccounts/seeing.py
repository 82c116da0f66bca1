"""Which operations and transfers a person sees. Every query starts at the actor."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Account
from operations.kinds import kind_of
from operations.models import Finding, Operation
from operations.services import approving
from operations.states import State
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
    needed = kind_of(operation.kind).seen_with
    held = policy.held_on(actor, operation.account)
    return bool(held & (needed.bit | Capability.TRANSFER_AUTHORIZE.bit))


def asked_with(actor: Actor, token: str) -> QuerySet[Operation]:
    """Return what the actor asked for by one form, whose token begins so, in that order."""
    rows = operations_of(actor).filter(made_by=actor.user, form_token__startswith=token)
    return rows.order_by("pk")


def waiting_for(actor: Actor) -> QuerySet[Operation]:
    """Return what waits for the actor's consent: where `approving.objection` would say nothing."""
    waiting = operations_of(actor).filter(
        state=State.AWAITING, approval__verdict="", approval__lapses_at__gt=timezone.now()
    )
    return waiting.filter(_decided_by(actor)).exclude(made_by__in=approving.too_close_to(actor))


def asked_by(actor: Actor) -> QuerySet[Operation]:
    """Return what the actor asked for and somebody else has to agree to."""
    return operations_of(actor).filter(state=State.AWAITING, made_by=actor.user)


def judged_by(actor: Actor) -> QuerySet[Operation]:
    """Return the operations of which the actor may say how they ended."""
    return operations_of(actor).filter(_decided_by(actor))


def findings_of(actor: Actor) -> QuerySet[Finding]:
    """Return what was found in the books and not looked at yet, the oldest first.

    The sentences name accounts and amounts: they are for those who look after the workspace.
    """
    wide = actor.extent(Capability.TRANSFER_AUTHORIZE)
    if not (policy.can(actor, Capability.GUARDRAIL_MANAGE) or wide.everything or wide.subaccounts):
        return Finding.objects.none()
    unseen = Finding.objects.filter(workspace=actor.workspace, seen_at=None)
    return unseen.select_related("operation").order_by("pk")


def _decided_by(actor: Actor) -> Q:
    """Keep operations on accounts on which the actor may approve, as the judge would say."""
    extent = actor.extent(Capability.TRANSFER_AUTHORIZE)
    if extent.everything:
        return Q()
    if extent.is_empty:
        return Q(pk__in=[])
    visible = Account.objects.visible_to(actor, Capability.TRANSFER_AUTHORIZE)
    return Q(account=None) | Q(account__in=visible.values("pk"))


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
