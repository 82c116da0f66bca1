"""Giving, changing and ending access: a form, then what it will change, then the change."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from teams import roster, wording
from teams.access import WorkspaceRequest, refusals_are_answers, requires
from teams.account_sets import tags_of
from teams.capabilities import Capability
from teams.ceilings import CeilingError, Limits
from teams.forms.terms import TermsForm, shown
from teams.models import Grant, Member
from teams.presets import PRESETS
from teams.services import granting
from teams.services.granting import GrantEndedError, Terms, TooManyGrantsError
from teams.services.previewing import preview
from teams.views.member import found_member
from ui.htmx import done, invalid, render_page

_PAGE = "team/give.html"
_ENDED = "Somebody else ended that access meanwhile."
_PREVIEW = "team/preview.html"


@requires(Capability.TEAM_MANAGE, confirmed=True)
@require_http_methods(["GET", "POST"])
def give(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Give a member access."""
    member = _manageable(request, pk)
    return _walk(request, member, _asked_for(request), None)


@requires(Capability.TEAM_MANAGE, confirmed=True)
@require_http_methods(["GET", "POST"])
def change(request: WorkspaceRequest, pk: int, grant: int) -> HttpResponse:
    """Put other terms in the place of a member's grant."""
    member, old = _manageable_grant(request, pk, grant)
    prefetch_related_objects([old], "accounts")
    return _walk(request, member, shown(old), old)


@requires(Capability.TEAM_MANAGE, confirmed=True)
@require_http_methods(["GET", "POST"])
def end(request: WorkspaceRequest, pk: int, grant: int) -> HttpResponse:
    """Show what a member loses with a grant, and take it back."""
    member, old = _manageable_grant(request, pk, grant)
    if request.method == "POST":
        reason = request.POST.get("reason", "")[:200]
        try:
            with refusals_are_answers():
                granting.end(request.actor, grant=old, reason=reason)
        except GrantEndedError:
            return done(request, _address(member), _ENDED)
        return done(request, _address(member), f"Ended: {wording.short(old)}.")
    found = preview(request.actor, member=member, old=old)
    context = {"member": member, "old": old, "sentence": wording.sentence(old), "preview": found}
    return render_page(request, "team/end.html", context)


def _walk(
    request: WorkspaceRequest, member: Member, initial: dict[str, Any], old: Grant | None
) -> HttpResponse:
    """Go from the form to the preview, back for a correction, or on to the change.

    Each step sends the whole form again and has it judged again; nothing is kept in between.
    """
    actor, step = request.actor, request.POST.get("step", "")
    context: dict[str, Any] = {"member": member, "old": old}
    if request.method == "GET" or step == "form":
        form = TermsForm(actor=actor, initial=request.POST.dict() or initial)
        return render_page(request, _PAGE, {**context, "form": form})
    form = context["form"] = TermsForm(request.POST, actor=actor)
    if not form.is_valid():
        return invalid(request, _PAGE, context)
    terms = form.terms()
    try:
        if step == "give":
            return _give(request, member, old, terms)
        granting.require_may_give(actor, terms)
    except CeilingError as error:
        return _refused(request, context, error.reasons)
    except TooManyGrantsError:
        most = f"Nobody has more than {Grant.MOST} grants. End one first, or change one."
        return _refused(request, context, [most])
    return render_page(request, _PREVIEW, {**context, **_foreseen(request, member, old, terms)})


def _give(
    request: WorkspaceRequest, member: Member, old: Grant | None, terms: Terms
) -> HttpResponse:
    try:
        if old:
            grant = granting.change(request.actor, grant=old, terms=terms)
        else:
            grant = granting.give(request.actor, member=member, terms=terms)
    except GrantEndedError:
        return done(request, _address(member), _ENDED)
    verb = "Changed" if old else "Given"
    return done(request, _address(member), f"{verb}: {wording.sentence(grant)}.")


def _foreseen(
    request: WorkspaceRequest, member: Member, old: Grant | None, terms: Terms
) -> dict[str, Any]:
    return {
        "preview": preview(request.actor, member=member, old=old, terms=terms),
        "sentence": wording.sentence(_as_grant(request, member, terms)),
        "before": wording.sentence(old) if old else "",
        "limits": wording.limits(terms.limits),
        "typed": list(_typed(request)),
    }


def _typed(request: WorkspaceRequest) -> Iterable[tuple[str, str]]:
    """Yield what was typed, for the hidden copy that the preview sends again."""
    for name in TermsForm.base_fields:
        if name in request.POST:
            yield name, request.POST[name]


def _as_grant(request: WorkspaceRequest, member: Member, terms: Terms) -> Grant:
    """Return the terms as the grant that they would make, unsaved, to be put into words."""
    tags = tags_of(request.actor.workspace)
    grant = Grant(
        member=member,
        preset=terms.preset,
        role=terms.role,
        scope=terms.scope,
        tag=tags.filter(pk=terms.tag_id).first() if terms.tag_id else None,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        may_pass_on=terms.may_pass_on,
        with_primary=terms.with_primary,
        **dict(zip(Limits._fields, terms.limits, strict=True)),
    )
    grant.selected = len(terms.account_ids)  # type: ignore[attr-defined] # as `roster.for_reading`
    return grant


def _refused(
    request: WorkspaceRequest, context: dict[str, Any], reasons: list[str]
) -> HttpResponse:
    for reason in reasons:
        context["form"].add_error(None, reason)
    return invalid(request, _PAGE, context)


def _manageable(request: WorkspaceRequest, pk: int) -> Member:
    """Return the member; 404 where the person sees none, 403 for oneself."""
    member = found_member(request, pk)
    _require_other(request, member)
    return member


def _manageable_grant(request: WorkspaceRequest, pk: int, grant: int) -> tuple[Member, Grant]:
    """Return a member and one of the member's grants, likewise."""
    found = roster.visible_grant(request.actor, member=pk, pk=grant)
    if found is None or found.member is None:
        raise Http404
    _require_other(request, found.member)
    return found.member, found


def _require_other(request: WorkspaceRequest, member: Member) -> None:
    if member.pk == request.actor.member_id:
        raise PermissionDenied("Nobody changes their own access. Somebody else has to do it.")


def _asked_for(request: WorkspaceRequest) -> dict[str, Any]:
    """Return what a link to the form asks for: an account, and the smallest role for a right."""
    initial: dict[str, Any] = {}
    if request.GET.get("account"):
        initial |= {"scope": Grant.Scope.SELECTED, "accounts": request.GET["account"]}
    wanted = [each for each in Capability if each == request.GET.get("capability")]
    roles = [each for each in PRESETS.values() if wanted and each.mask & wanted[0].bit]
    if roles:
        initial["role"] = f"preset:{min(roles, key=lambda each: each.mask.bit_count()).code}"
    return initial


def _address(member: Member) -> str:
    return reverse("team:member", args=[member.workspace.slug, member.pk])
