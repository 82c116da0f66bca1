from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from teams.access import public
from teams.door import in_session
from teams.forms import SetupForm
from teams.services import first_start
from vault.secret import Secret

_BACKEND = "teams.door.backends.QuickBackend"
_TOKEN = "setup_token"  # noqa: S105 - the name of a session entry


@public("nobody has a login yet; the token of the link is the key")
@require_safe
def enter_setup(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, so that it stays in no history, and go on."""
    if first_start.is_open(token):
        in_session.put(request.session, _TOKEN, Secret(token))
    return redirect("teams:setup")


@public("nobody has a login yet; the token in the session is the key")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the primary user and the workspace, once."""
    kept = in_session.get(request.session, _TOKEN)
    if kept is None or not first_start.is_open(kept.reveal()):
        return _closed(request)
    form = SetupForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "teams/setup.html", {"form": form}, status=422 if form.is_bound else 200
        )
    try:
        user, workspace = first_start.complete(token=kept.reveal(), owner=form.owner())
    except first_start.SetupClosedError:
        return _closed(request)
    login(request, user, backend=_BACKEND)
    record_authentication(request, user, method="password")
    return redirect("accounts:connect", slug=workspace.slug)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "teams/setup_closed.html", status=404)
