from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.forms import OfMemberForm
from accounts.listing import Page, Wanted, page
from accounts.models import Account
from teams import effective, policy, roster, wording
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.effective import Right
from teams.models import Grant, Member, Reach
from teams.views.member import actions, found_member
from ui.htmx import render_page

_COLUMNS = ("api_key", "name", "is_primary", "pk")


@dataclass(frozen=True)
class Row:
    """An account, and which of the member's grants hold it."""

    api_key: str
    name: str
    grants: list[Grant]

    @property
    def why(self) -> list[str]:
        """The grants in plain words."""
        return [wording.sentence(each) for each in self.grants]

    @property
    def rights(self) -> list[Right]:
        """What they come to here."""
        return list(effective.rights(self.grants, effective.ACCOUNT_GROUPS))


@requires(Capability.TEAM_VIEW)
@require_GET
def accounts(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """List the accounts that a member holds something on, with what and by which grant."""
    member = found_member(request, pk)
    readable = roster.readable_grants(request.actor, member)
    form = OfMemberForm(request.GET, grants=readable)
    asked = form.asked()
    grants = _considered(member, readable, asked.get("grant", ""))
    found = _page(member, grants, asked)
    address = reverse("accounts:of_member", args=[request.actor.workspace.slug, member.pk])
    context = {
        "member": member,
        "form": form,
        "rows": _rows(request.actor, member, grants, found),
        "page": _neighbours(address, asked, found),
        "is_filtered": bool(asked.get("q") or asked.get("grant")),
        "reset_url": address,
        "accounts_url": reverse("accounts:list", args=[request.actor.workspace.slug]),
        **actions(request, member),
        "tab": "accounts",
    }
    return render_page(request, "team/of_member.html", context, partial="table")


def _considered(member: Member, readable: list[Grant], chosen: str) -> list[Grant]:
    """Return the one grant that was chosen, also while it does not hold; or all that hold now."""
    if chosen:
        return [each for each in readable if str(each.pk) == chosen]
    now = timezone.now()
    return [] if member.suspended_at else [each for each in readable if each.is_active(now)]


def _page(member: Member, grants: list[Grant], asked: dict[str, str]) -> Page:
    """Return one page of the accounts that these grants hold."""
    wanted = Wanted(
        q=asked.get("q", ""), after=asked.get("after", ""), before=asked.get("before", "")
    )
    holdings = tuple(policy.Holding(x.mask, x.scope, x.place or 0) for x in grants)
    holder = policy.Actor(member.user, member.workspace, member.pk, holdings)
    held = Account.objects.visible_to(holder, Capability.ACCOUNT_VIEW)
    return page(held, wanted, _COLUMNS)


def _rows(actor: policy.Actor, member: Member, grants: list[Grant], found: Page) -> list[Row]:
    shown = _visible(actor, found)
    reached = _reached(member, grants, found)
    return [
        Row(
            key,
            name or key,
            policy.those_holding(grants, is_primary=is_primary, reached=reached.get(pk, 0)),
        )
        for key, name, is_primary, pk in found.rows
        if shown is None or pk in shown
    ]


def _visible(actor: policy.Actor, found: Page) -> set[int] | None:
    """Return which of the accounts the person sees; None for all.

    Nobody looks at a member who holds more, so it is all of them; asked nevertheless.
    """
    if actor.extent(Capability.ACCOUNT_VIEW).everything:
        return None
    visible = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
    return set(visible.filter(pk__in=[row[-1] for row in found.rows]).values_list("pk", flat=True))


def _reached(member: Member, grants: list[Grant], found: Page) -> dict[int, int]:
    if all(each.scope in {Grant.Scope.ALL, Grant.Scope.SUBACCOUNTS} for each in grants):
        return {}
    here = Reach.objects.filter(member=member, account__in=[row[-1] for row in found.rows])
    reached: dict[int, int] = dict(here.values_list("account_id", "grants"))
    return reached


def _neighbours(address: str, asked: dict[str, str], found: Page) -> dict[str, Any]:
    kept = {name: asked[name] for name in ("q", "grant") if name in asked}

    def url(**edge: str) -> str:
        return f"{address}?{urlencode(kept | edge)}" if all(edge.values()) else ""

    return {
        "next_url": url(after=found.after),
        "previous_url": url(before=found.before),
        "is_beyond": not found.rows and bool(asked.get("after") or asked.get("before")),
    }
