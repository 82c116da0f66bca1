"""Answering an invitation: the link, the page that names what is offered, and the answer."""

from typing import cast

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from teams import wording
from teams.access import public
from teams.forms.inviting import JoinForm
from teams.models import Grant, Invitation, User
from teams.roster import for_reading
from teams.services import invitations
from ui.htmx import UNPROCESSABLE, done

_PAGE = "teams/invitation.html"


@public("the token of the link is the key")
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, and go on. Nothing is used up, whoever looks."""
    invitations.enter(request, token)
    return _unreferred(redirect("teams:invitation"))


@public("the invitation in the session is the key")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Name the workspace, the inviter and what is offered; accept it by POST."""
    found = invitations.pending(request)
    if found is None:
        return _void(request)
    try:
        return _answer(request, found) if request.user.is_authenticated else _join(request, found)
    except invitations.VoidInvitationError:
        return _void(request)


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Make a login with the invited address, and accept with it."""
    form = JoinForm(request.POST if request.method == "POST" else None, invitation=found)
    if not form.is_valid():
        return _page(request, found, form=form, status=UNPROCESSABLE if form.is_bound else 200)
    try:
        user = invitations.join(found, form.newcomer())
    except invitations.LoginTakenError:
        form.add_error(None, "There is a login with this name or address already. Sign in with it.")
        return _page(request, found, form=form, status=UNPROCESSABLE)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return _inside(request, found)


def _answer(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Accept with the login of the session."""
    user = cast("User", request.user)
    is_theirs = invitations.is_for(found, user)
    if request.method != "POST":
        return _page(request, found, is_theirs=is_theirs)
    if "later" in request.POST:
        invitations.forget(request)
        return done(request, "home", "The link still works when you want to join.")
    try:
        invitations.accept(found, user)
    except invitations.OtherAddressError:
        return _page(request, found, is_theirs=False, status=403)
    except invitations.AlreadyMemberError:
        return done(request, "home", f"You belong to {found.workspace} already.")
    return _inside(request, found)


def _inside(request: HttpRequest, found: Invitation) -> HttpResponse:
    invitations.forget(request)
    there = reverse("accounts:overview", args=[found.workspace.slug])
    return done(request, there, f"Welcome to {found.workspace}.")


def _page(
    request: HttpRequest,
    found: Invitation,
    *,
    form: JoinForm | None = None,
    is_theirs: bool = True,
    status: int = 200,
) -> HttpResponse:
    promised = for_reading(Grant.objects.filter(invitation=found))
    context = {
        "invitation": found,
        "access": [wording.sentence(each) for each in promised],
        "form": form,
        "is_theirs": is_theirs,
    }
    return render(request, _PAGE, context, status=status)


def _void(request: HttpRequest) -> HttpResponse:
    """Say the same whether a link was used, withdrawn, too old, or never existed."""
    return _unreferred(render(request, "teams/invitation_void.html", status=404))


def _unreferred(response: HttpResponse) -> HttpResponse:
    """Let the browser tell nobody where it came from.

    Not on pages with a form: there the browser would keep its origin back, too, which is what a
    form is judged by.
    """
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
