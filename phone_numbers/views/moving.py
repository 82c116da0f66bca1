"""Moving chosen numbers: looked at, asked for, and followed."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Account
from operations.states import TERMINAL
from operations.tokens import BadTokenError, new_token, read_token
from phone_numbers.forms import MOST, PRIMARY, TransferForm
from phone_numbers.listing import is_id
from phone_numbers.services import moving
from subaccounts.describing import briefly
from subaccounts.seeing import asked_with
from subaccounts.views.transfers import operation_url
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.sessions import polled
from ui.htmx import UNPROCESSABLE, leave_for, render_page

_FORM = "phone_numbers/transfer.html"
_TOKEN = "numbers"  # noqa: S105 - what the token is for
_ANOTHER = "This is not the account that you looked at. Look at what happens with this one."


@requires(Capability.TRANSFER_NUMBER, confirmed=True)
@require_http_methods(["GET", "POST"])
def transfer(request: WorkspaceRequest) -> HttpResponse:
    """Choose where numbers go, look at what would happen to each, and ask for it."""
    actor = request.actor
    if request.method == "GET":
        chosen = {"number": request.GET.getlist("number"), "to": request.GET.get("to", "")}
        form = TransferForm(initial=chosen, actor=actor)
        return _shown(request, form, new_token(actor, _TOKEN))
    if earlier := _asked_before(request):
        return leave_for(request, earlier)
    form = TransferForm(request.POST, actor=actor)
    if not form.is_valid():
        return _shown(request, form, request.POST.get("token", ""), status=UNPROCESSABLE)
    given = form.cleaned_data
    to, begin = given["to"], request.POST.get("begin")
    if begin == _mark(to):
        return _asked(request, form)
    if begin:
        form.add_error("to", _ANOTHER)
    moves = moving.looked_at(actor, given["number"], to)
    status = UNPROCESSABLE if begin else 200
    return _shown(request, form, given["token"], moves=moves, to=to, status=status)


def _asked_before(request: WorkspaceRequest) -> str:
    """Return where the moves of a form that was sent before are followed; empty where none was."""
    try:
        token = read_token(request.actor, _TOKEN, request.POST.get("token", ""))
    except BadTokenError:
        return ""
    if "begin" not in request.POST or not asked_with(request.actor, f"{token}:").exists():
        return ""
    return reverse("phone_numbers:moves", args=[request.actor.workspace.slug, token])


def _asked(request: WorkspaceRequest, form: TransferForm) -> HttpResponse:
    """Ask for the moves, and lead to where they are followed."""
    actor, given = request.actor, form.cleaned_data
    try:
        token = read_token(actor, _TOKEN, given["token"])
    except BadTokenError:
        form.add_error(None, "This form was open for too long. Look at it and send it again.")
        return _shown(request, form, new_token(actor, _TOKEN), status=UNPROCESSABLE)
    asked = moving.ask(actor, given["number"], given["to"], token=token, memo=given["memo"])
    if not asked.operations:
        return _shown(request, form, given["token"], moves=asked.refused, status=UNPROCESSABLE)
    if len(asked.operations) == 1 and not asked.refused:
        return leave_for(request, operation_url(request, asked.operations[0].reference))
    for move in asked.refused:
        messages.warning(request, f"{move.number}: {move.objection}")
    return leave_for(request, reverse("phone_numbers:moves", args=[actor.workspace.slug, token]))


@polled
@requires(Capability.TRANSFER_NUMBER)
@require_GET
def moves(request: WorkspaceRequest, key: str) -> HttpResponse:
    """Show what became of numbers that were asked to be moved together."""
    found = list(asked_with(request.actor, f"{key}:")[:MOST])
    context = {
        "moves": briefly(request.actor, found),
        "open": sum(1 for each in found if each.state not in TERMINAL),
    }
    return render_page(request, "phone_numbers/moves.html", context, partial="moves")


def _mark(to: Account) -> str:
    """Return what says which account was looked at, to whoever may not see the primary's key."""
    return PRIMARY if to.is_primary else to.api_key


def _shown(
    request: WorkspaceRequest,
    form: TransferForm,
    token: str,
    *,
    moves: list[moving.Move] | None = None,
    to: Account | None = None,
    status: int = 200,
) -> HttpResponse:
    chosen = set(map(str, form["number"].value() or []))
    numbers = form.fields["number"].queryset  # type: ignore[attr-defined] # a choice of rows
    known = [each for each in chosen if is_id(each)]
    context = {
        "form": form,
        "token": token,
        "numbers": numbers.filter(pk__in=known)[:MOST],
        "moves": moves,
        "mark": _mark(to) if to else "",
        "ready": [each for each in moves or [] if not each.objection],
        "loses": [each for each in moves or [] if not each.objection and each.number.is_set_up],
    }
    return render_page(request, _FORM, context, status=status)
