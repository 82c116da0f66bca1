"""Who sees the prices: those with the right to on the primary account, whose prices they are."""

from accounts.models import Account
from teams.capabilities import Capability
from teams.policy import Actor


def sees_prices(actor: Actor) -> bool:
    """Return whether the person sees them. No query where the right is held on all accounts."""
    extent = actor.extent(Capability.PRICING_COST)
    if extent.everything or not extent.grants:
        return extent.everything
    held = Account.objects.visible_to(actor, Capability.PRICING_COST)
    return bool(held.filter(is_primary=True).exists())
