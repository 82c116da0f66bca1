from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from teams import effective, policy, roster, wording
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.models import Grant, Member
from ui.htmx import render_page


@dataclass(frozen=True)
class Line:
    """A grant as the page of a member draws it."""

    grant: Grant

    @property
    def title(self) -> str:
        """Role and accounts."""
        return wording.short(self.grant)

    @property
    def conditions(self) -> list[str]:
        """Limits, times, passing on."""
        return wording.conditions(self.grant)

    @property
    def state(self) -> str:
        """Whether it holds now: `active`, `to come` or `ended`."""
        now = timezone.now()
        if self.grant.is_active(now):
            return "active"
        return "ended" if self.grant.ends_at and self.grant.ends_at <= now else "to come"


@requires(Capability.TEAM_VIEW)
@require_GET
def member(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one person: what they hold, where, until when, and what can be done about it."""
    found = found_member(request, pk)
    grants = roster.readable_grants(request.actor, found)
    now = timezone.now()
    active = [] if found.suspended_at else [each for each in grants if each.is_active(now)]
    context = {
        "member": found,
        "lines": [Line(each) for each in grants],
        "in_workspace": list(effective.rights(active, effective.WORKSPACE_GROUPS)),
        "on_accounts": list(effective.rights(active, effective.ACCOUNT_GROUPS)),
        **actions(request, found),
        "names_givers": roster.names_everybody(request.actor),
        "tab": "access",
    }
    return render_page(request, "team/member.html", context)


def found_member(request: WorkspaceRequest, pk: int) -> Member:
    """Return the member of this id; 404 where the person does not see such a one."""
    found = roster.visible_member(request.actor, pk)
    if found is None:
        raise Http404
    return found


def actions(request: WorkspaceRequest, member: Member) -> dict[str, bool]:
    """Return what the person may do with a member that the person sees; nothing with oneself."""
    actor = request.actor
    is_other = member.pk != actor.member_id and actor.seen_by is None
    return {
        "is_oneself": member.pk == actor.member_id,
        "may_change": is_other and policy.can(actor, Capability.TEAM_MANAGE),
        "may_remove": is_other and policy.can(actor, Capability.TEAM_REMOVE),
        "may_view_as": (
            is_other and policy.can(actor, Capability.VIEW_AS) and not member.suspended_at
        ),
    }
