from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import tagged
from accounts.forms import TagForm
from accounts.models import Tag
from accounts.services import tagging
from accounts.views.detail import found_account
from teams import policy
from teams.access import WorkspaceRequest, refusals_are_answers, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

IN_USE = "Access goes by this tag, or was promised by it. End that access first."
NOT_PRIMARY = "The primary account has no tags: access that goes by a tag is never about it."


@requires(Capability.ACCOUNT_VIEW)
@require_http_methods(["GET", "POST"])
def tags(request: WorkspaceRequest) -> HttpResponse:
    """List the tags that the person learns of; define one."""
    workspace = request.actor.workspace
    form = TagForm(request.POST or None, workspace=workspace)
    if request.method == "POST":
        policy.require(request.actor, Capability.TAG_DEFINE)
        if form.is_valid():
            made = tagging.define(request.actor, name=form.cleaned_data["name"])
            return done(request, _address(request, "tag", made), f"The tag {made} is there.")
    context = {"form": form, "tags": tagged.visible_tags(request.actor)}
    answer = invalid if form.errors else render_page
    return answer(request, "accounts/tags.html", context)


@requires(Capability.TAG_DEFINE)
@require_POST
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a tag by which no access goes."""
    found = found_tag(request, pk)
    try:
        tagging.remove(request.actor, tag=found)
    except tagging.TagInUseError:
        every = tagged.visible_tags(request.actor)
        form = TagForm(workspace=request.actor.workspace)
        context = {"form": form, "tags": every, "fault": f"{found}: {IN_USE}"}
        return invalid(request, "accounts/tags.html", context)
    to = reverse("accounts:tags", args=[request.actor.workspace.slug])
    return done(request, to, f"The tag {found} is removed.")


@requires(Capability.ACCOUNT_VIEW, confirmed=True)
@require_POST
def of_account(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Put a tag on one account, or take one off."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.ACCOUNT_TAG, account)
    if account.is_primary:
        raise PermissionDenied(NOT_PRIMARY)
    change = tagging.put if "put" in request.POST else tagging.take_off
    named = request.POST.get("put") or request.POST.get("take", "")
    with refusals_are_answers():
        found = found_tag(request, int(named) if named.isdecimal() else 0)
        change(request.actor, tag=found, accounts=[account])
    return done(
        request,
        reverse("accounts:detail", args=[request.actor.workspace.slug, account.api_key]),
    )


def found_tag(request: WorkspaceRequest, pk: int) -> Tag:
    """Return the tag of this id; 404 where the person learns of none."""
    found = tagged.visible_tag(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _address(request: WorkspaceRequest, name: str, found: Tag) -> str:
    return reverse(f"accounts:{name}", args=[request.actor.workspace.slug, found.pk])
