"""What every template knows."""

from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest

from pricing.seeing import sees_prices
from teams import policy
from teams.capabilities import Capability


@dataclass(frozen=True)
class Rights:
    """What the person may do somewhere in the workspace: `may.team_view` in a template."""

    actor: policy.Actor

    def __getitem__(self, name: str) -> bool:
        """Return whether the capability of this name is held; a name that is none is a mistake."""
        return policy.can(self.actor, Capability[name.upper()])


def product(request: HttpRequest) -> dict[str, object]:
    """Return the person's place in a workspace, where the page is inside one."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "may": {}}
    return {"actor": actor, "may": Rights(actor), "sees_prices": partial(sees_prices, actor)}
