from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from teams import policy, roster
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability, Mask
from teams.ceilings import CeilingError
from teams.forms.roles import RoleForm
from teams.levels import Group, Level, levels_in
from teams.models import Member, Role
from teams.presets import PRESETS
from teams.services import roles as service
from ui.htmx import done, invalid, render_page

_EDIT = "team/role_edit.html"


@dataclass(frozen=True)
class Shown:
    """A role as the list draws it."""

    name: str
    url: str
    mask: Mask
    description: str = ""

    @property
    def levels(self) -> list[tuple[Group, Level]]:
        """The groups in which it gives something."""
        return [each for each in levels_in(self.mask) if each[1] != Level.NONE]


@requires(Capability.TEAM_VIEW)
@require_GET
def roles(request: WorkspaceRequest) -> HttpResponse:
    """List the roles of the workspace's own and those that come with the product."""
    slug = request.actor.workspace.slug
    own = [
        Shown(each.name, reverse("team:role", args=[slug, each.pk]), each.mask)
        for each in roster.own_roles(request.actor)
    ]
    ready = [
        Shown(each.name, reverse("team:preset", args=[slug, code]), each.mask, each.description)
        for code, each in PRESETS.items()
    ]
    return render_page(request, "team/roles.html", {"own": own, "ready": ready, "tab": "roles"})


@requires(Capability.TEAM_VIEW)
@require_GET
def preset(request: WorkspaceRequest, code: str) -> HttpResponse:
    """Show what a ready-made role gives, and to whom; nobody can change it."""
    found = PRESETS.get(code)
    if found is None:
        raise Http404
    context = {
        "title": found.name,
        "description": found.description,
        "levels": list(levels_in(found.mask)),
        "holders": _holders(request, preset=code),
        "tab": "roles",
    }
    return render_page(request, "team/role.html", context)


@requires(Capability.TEAM_VIEW)
@require_http_methods(["GET", "POST"])
def role(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a role of the workspace's own; change it, for those who may."""
    found = get_object_or_404(roster.own_roles(request.actor), pk=pk)
    if request.method == "POST":
        return _change(request, found)
    form = RoleForm(instance=found, workspace=request.actor.workspace)
    return render_page(request, _page(request), _context(request, found, form))


@requires(Capability.ROLE_MANAGE)
@require_http_methods(["GET", "POST"])
def make(request: WorkspaceRequest) -> HttpResponse:
    """Make a role, from nothing or from another one."""
    start = PRESETS.get(request.GET.get("from", ""))
    made = Role(mask=start.mask if start else 0)
    form = RoleForm(request.POST or None, instance=made, workspace=request.actor.workspace)
    if not form.is_bound:
        return render_page(request, _EDIT, {"form": form, "tab": "roles"})
    if not form.is_valid():
        return invalid(request, _EDIT, {"form": form, "tab": "roles"})
    name = form.cleaned_data["name"]
    service.make(request.actor, name=name, mask=form.mask())
    return done(request, _list(request), f"The role {name} is made. Nobody has it yet.")


@requires(Capability.ROLE_MANAGE)
@require_POST
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a role that nobody has."""
    found = get_object_or_404(roster.own_roles(request.actor), pk=pk)
    try:
        service.remove(request.actor, role=found)
    except service.RoleInUseError:
        form = RoleForm(instance=found, workspace=request.actor.workspace)
        in_use = "Somebody has this role, or is promised it. Give them another one first."
        context = {**_context(request, found, form), "fault": in_use}
        return invalid(request, _EDIT, context)
    return done(request, _list(request), f"The role {found.name} is removed.")


def _change(request: WorkspaceRequest, found: Role) -> HttpResponse:
    policy.require(request.actor, Capability.ROLE_MANAGE)
    old_name = found.name
    form = RoleForm(request.POST, instance=found, workspace=request.actor.workspace)
    try:
        if form.is_valid():
            name = form.cleaned_data["name"]
            service.change(request.actor, role=found, name=name, mask=form.mask())
            return done(
                request, _list(request), f"The role {name} is changed, for all who have it."
            )
    except CeilingError as error:
        for reason in dict.fromkeys(error.reasons):
            form.add_error(None, reason)
    found.name = old_name
    return invalid(request, _EDIT, _context(request, found, form))


def _page(request: WorkspaceRequest) -> str:
    """Return the form for those who may change roles, the plain page for the others."""
    may_change = policy.can(request.actor, Capability.ROLE_MANAGE)
    return _EDIT if may_change else "team/role.html"


def _context(request: WorkspaceRequest, found: Role, form: RoleForm) -> dict[str, Any]:
    return {
        "role": found,
        "title": found.name,
        "levels": list(levels_in(found.mask)),
        "form": form,
        "holders": _holders(request, role=found),
        "tab": "roles",
    }


def _holders(request: WorkspaceRequest, **role: Any) -> list[Member]:
    return list(roster.holders(request.actor, **role).order_by(roster.ORDER))


def _list(request: WorkspaceRequest) -> str:
    return reverse("team:roles", args=[request.actor.workspace.slug])
