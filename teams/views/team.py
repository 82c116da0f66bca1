from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from prepared.paging import Slice, cut
from teams import roster, wording
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.forms.roster import RosterForm
from teams.models import Member, User
from teams.policy import Actor
from teams.services.invitations import open_invitations
from ui.htmx import render_page

PAGE = 50
MOST_SENTENCES = 3


@dataclass(frozen=True)
class Person:
    """Somebody of the team as the list draws them; without a member, the primary user."""

    user: User
    member: Member | None = None
    is_oneself: bool = False

    @property
    def access(self) -> list[str]:
        """What the person holds or will hold, in plain words."""
        if self.member is None:
            return []
        now = timezone.now()
        grants = (x for x in self.member.grants.all() if not (x.ends_at and x.ends_at <= now))
        return [wording.sentence(each) for each in grants]

    @property
    def shown(self) -> list[str]:
        """The first of them."""
        return self.access[:MOST_SENTENCES]

    @property
    def others(self) -> int:
        """How many more there are."""
        return len(self.access[MOST_SENTENCES:])


@requires(Capability.TEAM_VIEW)
@require_GET
def team(request: WorkspaceRequest) -> HttpResponse:
    """List the people whom the person may see, the primary user first."""
    actor = request.actor
    form = RosterForm(request.GET)
    wanted = form.wanted()
    narrowing = {name: wanted.get(name, "") for name in ("q", "state", "role")}
    found = _page(actor, narrowing, wanted)
    people = [*_first(actor, wanted), *_people(actor, found)]
    invitations = open_invitations(actor)
    address = reverse("team:team", args=[actor.workspace.slug])
    context = {
        "form": form,
        "people": people,
        "invitations": invitations,
        "page": _neighbours(address, narrowing, found),
        "is_filtered": any(narrowing.values()),
        "is_alone": not (found.rows or found.is_beyond or invitations or any(narrowing.values())),
        "reset_url": address,
        "tab": "people",
    }
    return render_page(request, "team/team.html", context, partial="table")


def _page(actor: Actor, narrowing: dict[str, str], wanted: dict[str, str]) -> Slice:
    members = roster.narrowed(roster.visible_members(actor), **narrowing)
    return cut(
        roster.with_grants(members),
        by=roster.ORDER,
        name="user__username",
        size=PAGE,
        after=wanted.get("after", ""),
        before=wanted.get("before", ""),
    )


def _people(actor: Actor, found: Slice) -> list[Person]:
    return [Person(x.user, x, is_oneself=x.pk == actor.member_id) for x in found.rows]


def _first(actor: Actor, wanted: dict[str, str]) -> list[Person]:
    """Return the primary user, at the head of the first page and where the filters fit."""
    owner = roster.primary_user(actor)
    if owner is None or "after" in wanted or "before" in wanted or not _fits(owner, wanted):
        return []
    return [Person(owner, is_oneself=actor.is_primary_user)]


def _fits(owner: User, wanted: dict[str, str]) -> bool:
    looked_for = wanted.get("q", "").casefold()
    named = looked_for in owner.username.casefold() or looked_for in owner.email.casefold()
    states = {"", "active"} if owner.has_second_factor else {"", "active", "no_factor"}
    return named and wanted.get("state", "") in states and "role" not in wanted


def _neighbours(address: str, narrowing: dict[str, str], found: Slice) -> dict[str, Any]:
    def url(**edge: str) -> str:
        given = {name: value for name, value in {**narrowing, **edge}.items() if value}
        return f"{address}?{urlencode(given)}"

    return {
        "next_url": url(after=found.after) if found.after else "",
        "previous_url": url(before=found.before) if found.before else "",
        "is_beyond": found.is_beyond,
    }
