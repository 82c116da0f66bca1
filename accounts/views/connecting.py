from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.explanations import explain
from accounts.forms import ConnectForm
from accounts.models import Connection
from accounts.services import connecting
from accounts.services.vonage import hosts
from accounts.tasks import ring
from money.formatting import format_money
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import invalid, render_page
from vonage_api import errors


@requires(Capability.CONNECTION_MANAGE, confirmed=True)
@sensitive_post_parameters("api_secret")
@require_http_methods(["GET", "POST"])
def connect(request: WorkspaceRequest) -> HttpResponse:
    """Take API key and secret, try them at once, and start the first reading."""
    workspace = request.actor.workspace
    connection = Connection.objects.filter(workspace=workspace).first()
    initial = {"api_key": connection.api_key} if connection else {}
    form = ConnectForm(request.POST or None, initial=initial)
    context = {"form": form, "connection": connection, "simulator": settings.SIMULATOR}
    if not form.is_bound:
        return render_page(request, "accounts/connect.html", context)
    if not form.is_valid():
        return invalid(request, "accounts/connect.html", context)
    try:
        balance = connecting.connect(
            request.actor, api_key=form.cleaned_data["api_key"], secret=form.secret()
        )
    except connecting.OtherAccountError:
        form.add_error("api_key", "This workspace mirrors another account; its key cannot change.")
        return invalid(request, "accounts/connect.html", context)
    except errors.VonageError as error:
        fault = explain(error, host=hosts().rest)
        return invalid(request, "accounts/connect.html", {**context, "fault": fault})
    ring(workspace.pk)
    messages.success(request, f"Connected. The balance is {format_money(balance)}.")
    return redirect("accounts:overview", slug=workspace.slug)
