"""Members are removed, locked out for the time being, let in again, or leave."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from teams import roster
from teams.access import WorkspaceRequest, has_part, requires
from teams.capabilities import Capability
from teams.ceilings import CeilingError
from teams.forms.workspaces import ReasonForm
from teams.models import Invitation, Member
from teams.services import membership
from ui.htmx import done, invalid, render_page


@dataclass(frozen=True)
class Deed:
    """What is done to a member, in the words of its page."""

    title: str
    text: str
    button: str
    done: str
    service: Callable[..., None]
    is_grave: bool = False
    goes: bool = False


_REMOVE = Deed(
    "Remove {}",
    "They lose all access at once, and their sessions end. What they did stays in the activity. "
    "Coming back takes a new invitation.",
    "Remove from the team",
    "{} does not belong to the team any more.",
    membership.remove,
    is_grave=True,
    goes=True,
)
_SUSPEND = Deed(
    "Lock {} out",
    "They cannot come in until somebody lets them in again, and their sessions end. What they "
    "may do stays as it is, for later.",
    "Lock out",
    "{} is locked out.",
    membership.suspend,
    is_grave=True,
)
_RESUME = Deed(
    "Let {} in again",
    "They can do again what they could before.",
    "Let in again",
    "{} may come in again.",
    membership.resume,
)


@requires(Capability.TEAM_REMOVE)
@require_http_methods(["GET", "POST"])
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, then take a member out of the workspace."""
    return _ask_and_do(request, pk, _REMOVE)


@requires(Capability.TEAM_MANAGE)
@require_http_methods(["GET", "POST"])
def suspend(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, then lock a member out for the time being."""
    return _ask_and_do(request, pk, _SUSPEND)


@requires(Capability.TEAM_MANAGE)
@require_http_methods(["GET", "POST"])
def resume(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Ask, then let a member in again."""
    return _ask_and_do(request, pk, _RESUME)


@has_part("everybody but the primary user may go")
@require_http_methods(["GET", "POST"])
def leave(request: WorkspaceRequest) -> HttpResponse:
    """Ask, then let a member go who wants to."""
    workspace = request.actor.workspace
    if request.method == "GET" or request.actor.is_primary_user:
        status = 200 if request.method == "GET" else 403
        return render_page(request, "teams/leave.html", status=status)
    membership.leave(request.actor)
    # The session has ended with the others; what is said next stands in a new one.
    logout(request)
    return done(request, "account_login", f"You have left {workspace}.")


def _ask_and_do(request: WorkspaceRequest, pk: int, deed: Deed) -> HttpResponse:
    member = roster.visible_member(request.actor, pk)
    if member is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    context = {
        "form": form,
        "member": member,
        "deed": deed,
        "title": deed.title.format(member),
        "waiting": _waiting(member) if deed.goes else [],
        "back": _team(request),
    }
    if request.method == "GET":
        return render_page(request, "teams/confirm.html", context)
    if not form.is_valid():
        return invalid(request, "teams/confirm.html", context)
    try:
        deed.service(request.actor, member=member, reason=form.cleaned_data["reason"])
    except CeilingError as error:
        form.add_error(None, error.reasons)
        return invalid(request, "teams/confirm.html", context)
    return done(request, _team(request), deed.done.format(member))


def _waiting(member: Member) -> list[str]:
    """Return the addresses that this member has invited and that have not answered."""
    waiting = Invitation.objects.filter(
        workspace=member.workspace_id,
        invited_by=member.user_id,
        accepted_at=None,
        withdrawn_at=None,
    )
    return list(waiting.order_by("email").values_list("email", flat=True))


def _team(request: WorkspaceRequest) -> str:
    return reverse("team:team", args=[request.actor.workspace.slug])
