"""Which reports a person sees, and on which accounts one may order them.

A report of all subaccounts holds the primary account's records too, so it takes the right on all.
"""

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor, MissingCapabilityError, require
from usage.models import Report


def holds_on_all(actor: Actor, capability: Capability) -> bool:
    """Return whether the right is held on every account, also on those of tomorrow.

    At most one query; none where the right is held by one blanket grant.
    """
    extent = actor.extent(capability)
    if extent.everything or not (extent.subaccounts and extent.grants):
        return extent.everything
    held = Account.objects.visible_to(actor, capability)
    return bool(held.filter(is_primary=True).exists())


def reports_of(actor: Actor) -> QuerySet[Report]:
    """Return the reports on accounts whose usage the person sees."""
    rows = Report.objects.filter(workspace=actor.workspace).select_related("account", "asked_by")
    if holds_on_all(actor, Capability.USAGE_VIEW):
        return rows
    visible = Account.objects.visible_to(actor, Capability.USAGE_VIEW)
    return rows.filter(Q(with_subaccounts=False), account__in=visible.values("pk"))


def visible_report(actor: Actor, pk: int) -> Report:
    """Return one of them; raise `Http404` where the person does not see it."""
    found = reports_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may(actor: Actor, capability: Capability, report: Report) -> bool:
    """Return whether the person may do this with a report."""
    try:
        require_on(actor, capability, report)
    except MissingCapabilityError:
        return False
    return True


def require_on(actor: Actor, capability: Capability, report: Report) -> None:
    """Raise `MissingCapabilityError` where the right is missing on an account of the report."""
    require_for(actor, capability, report.account, with_subaccounts=report.with_subaccounts)


def require_for(
    actor: Actor, capability: Capability, account: Account, *, with_subaccounts: bool
) -> None:
    """Raise `MissingCapabilityError` unless it is held on the account, or on all of them."""
    if with_subaccounts and not holds_on_all(actor, capability):
        raise MissingCapabilityError(capability)
    require(actor, capability, account)
