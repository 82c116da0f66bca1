"""Inviting people, and looking after invitations that wait for an answer."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from teams import mailing
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.ceilings import CeilingError
from teams.forms.inviting import MOST_ACCESS, AccessFormSet, InviteForm
from teams.forms.terms import TermsForm
from teams.models import Invitation
from teams.services import invitations
from teams.services.invitations import PER_PERSON, PER_WORKSPACE, Sent
from ui.htmx import done, invalid, render_page

_PAGE = "teams/invite.html"
_TOO_MANY = 429
_A_DAY = 24 * 60 * 60
_LIMIT = (
    f"No more invitations today: within 24 hours a person may send {PER_PERSON}, "
    f"a workspace {PER_WORKSPACE}. Try again tomorrow."
)
_NUMBERS = {str(number) for number in range(MOST_ACCESS + 1)}


@requires(Capability.TEAM_INVITE)
@require_http_methods(["GET", "POST"])
def invite(request: WorkspaceRequest) -> HttpResponse:
    """Ask people to join, with one or more kinds of access."""
    if request.method == "GET" or "more" in request.POST:
        return render_page(request, _PAGE, _blank(request))
    form = InviteForm(request.POST)
    access = AccessFormSet(request.POST, form_kwargs={"actor": request.actor})
    context = {"form": form, "access": access}
    if not (form.is_valid() & access.is_valid()):
        return invalid(request, _PAGE, context)
    try:
        sent = invitations.invite(
            request.actor,
            guests=form.cleaned_data["addresses"],
            terms=[each.terms() for each in access if each.has_changed()],
            message=form.cleaned_data["message"],
        )
    except invitations.TooManyInvitationsError:
        return _too_many(request, context)
    except invitations.AlreadyInvitedError as error:
        form.add_error("addresses", str(error))
    except CeilingError as error:
        form.add_error(None, error.reasons)
    else:
        return _sent(request, sent)
    return invalid(request, _PAGE, context)


@requires(Capability.TEAM_INVITE)
@require_POST
def resend(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send an invitation again; the old link leads nowhere from now on."""
    invitation = _find(request, pk)
    try:
        return _sent(request, [invitations.resend(request.actor, invitation=invitation)])
    except CeilingError as error:
        raise PermissionDenied(str(error)) from error
    except invitations.TooManyInvitationsError:
        return _later(render_page(request, "429.html", status=_TOO_MANY))
    except invitations.AlreadyInvitedError:
        return done(request, _team(request), f"{invitation} has answered meanwhile.")


@requires(Capability.TEAM_INVITE)
@require_POST
def withdraw(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation worthless."""
    invitation = _find(request, pk)
    invitations.withdraw(request.actor, invitation=invitation)
    return done(request, _team(request), f"The invitation to {invitation} is withdrawn.")


def _blank(request: WorkspaceRequest) -> dict[str, Any]:
    """Return the forms as they stand on the page, with room for one more grant where asked."""
    typed = request.POST
    number = min(_number_of_forms(typed) + 1, MOST_ACCESS)
    initial = [_typed_terms(typed, index) for index in range(number)]
    return {
        "form": InviteForm(initial=typed.dict()),
        "access": AccessFormSet(initial=initial, form_kwargs={"actor": request.actor}),
    }


def _typed_terms(typed: QueryDict, index: int) -> dict[str, Any]:
    prefix = AccessFormSet.get_default_prefix()
    return {name: typed.get(f"{prefix}-{index}-{name}") for name in TermsForm.base_fields}


def _find(request: WorkspaceRequest, pk: int) -> Invitation:
    found = invitations.find(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _sent(request: WorkspaceRequest, sent: list[Sent]) -> HttpResponse:
    """Say so; where there is no mail server, show the links, now and never again."""
    if mailing.reaches_people():
        people = ", ".join(each.invitation.email for each in sent)
        return done(request, _team(request), f"Invited: {people}.")
    links = [(each.invitation, each.link.reveal()) for each in sent]
    return render_page(request, "teams/invited.html", {"links": links, "days": invitations.DAYS})


def _too_many(request: WorkspaceRequest, context: dict[str, Any]) -> HttpResponse:
    """Explain that a day's invitations are used up."""
    context["form"].add_error(None, _LIMIT)
    return _later(render_page(request, _PAGE, context, status=_TOO_MANY))


def _later(response: HttpResponse) -> HttpResponse:
    response.headers["Retry-After"] = str(_A_DAY)
    return response


def _number_of_forms(typed: QueryDict) -> int:
    number = typed.get(f"{AccessFormSet.get_default_prefix()}-TOTAL_FORMS", "0")
    return int(number) if number in _NUMBERS else 0


def _team(request: WorkspaceRequest) -> str:
    return reverse("team:team", args=[request.actor.workspace.slug])
