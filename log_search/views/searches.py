"""Asking for a search, stopping it, asking the same again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.mirrors import connection_of, mirror_of
from accounts.models import Account
from accounts.views.mirror import not_connected
from log_search import seeing
from log_search.forms import SearchForm, usual_window
from log_search.models import Search
from log_search.services import asking
from log_search.terms import Wanted, wanted_of
from operations.tokens import BadTokenError, new_token, read_token
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import can
from ui.htmx import UNPROCESSABLE, done, leave_for, render_page
from usage.services import guarding
from usage.wanted import Wanted as ReportWanted

_PAGE = "log_search/index.html"
_TOKEN = "log search"  # noqa: S105 - what the token is for
_TOO_OLD = "This form was open for too long. Look at it and send it again."
_HELD = "The same was asked before and is still here, so Vonage was not asked again."
_MOST_PAGES = 1_000


@requires(Capability.LOG_VIEW)
@require_http_methods(["GET", "POST"])
def index(request: WorkspaceRequest) -> HttpResponse:
    """Say what is looked for, and list what one looked for before."""
    actor = request.actor
    if connection_of(mirror_of(actor)) is None:
        return not_connected(request)
    if request.method == "GET":
        initial = {**usual_window(), "direction": "outbound", **_account_of(request)}
        form = SearchForm(initial=initial, actor=actor)
        return _shown(request, form, new_token(actor, _TOKEN))
    token = request.POST.get("token", "")
    if earlier := _asked_before(request, token):
        return leave_for(request, _page_of(request, earlier))
    form = SearchForm(request.POST, actor=actor)
    if not form.is_valid():
        return _shown(request, form, token, status=UNPROCESSABLE)
    if "look" in request.POST:
        return _shown(request, form, token, wanted=form.wanted())
    return _asked(request, form, token)


@requires(Capability.LOG_VIEW)
@require_POST
def stop(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Stop a search, of others with the right to set the budget; what was found stays."""
    found = seeing.visible_search(request.actor, pk)
    if asking.stop(request.actor, found):
        return done(request, _page_of(request, found), "Stopped. What was found stays.")
    messages.warning(request, "There is nothing to stop any more.")
    return leave_for(request, _page_of(request, found))


@requires(Capability.LOG_VIEW)
@require_POST
def again(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Ask the same again, where what was found is gone or incomplete."""
    actor, found = request.actor, seeing.visible_search(request.actor, pk)
    wanted = wanted_of(found)
    if not can(actor, Capability.LOG_PERSONAL, found.account):
        wanted = wanted.without_message()
    page = _page_of(request, found)
    try:
        # Whoever clicks twice asks once.
        search, is_new = asking.ask(actor, wanted, token=f"{found.pk.hex}-{actor.user.pk}")
    except guarding.OverBudgetError as error:
        messages.error(request, str(error))
        return leave_for(request, page)
    if not is_new:
        messages.info(request, _HELD)
    return leave_for(request, _page_of(request, search))


def _account_of(request: WorkspaceRequest) -> dict[str, str]:
    """Return the account that the address names, or the only one in sight."""
    if key := request.GET.get("account", ""):
        return {"account": key}
    visible = Account.objects.visible_to(request.actor, Capability.LOG_VIEW).listed()
    keys = list(visible.values_list("api_key", flat=True)[:2])
    return {"account": keys[0]} if len(keys) == 1 else {}


def _asked_before(request: WorkspaceRequest, token: str) -> Search | None:
    """Return what was asked for with this form before."""
    try:
        said = read_token(request.actor, _TOKEN, token)
    except BadTokenError:
        return None
    return asking.asked_with(request.actor, said)


def _asked(request: WorkspaceRequest, form: SearchForm, token: str) -> HttpResponse:
    actor = request.actor
    try:
        said = read_token(actor, _TOKEN, token)
        search, is_new = asking.ask(actor, form.wanted(), token=said)
    except BadTokenError:
        form.add_error(None, _TOO_OLD)
        token = new_token(actor, _TOKEN)
    except guarding.OverBudgetError as error:
        form.add_error(None, str(error))
    else:
        if not is_new:
            messages.info(request, _HELD)
        return leave_for(request, _page_of(request, search))
    return _shown(request, form, token, status=UNPROCESSABLE)


def _shown(
    request: WorkspaceRequest,
    form: SearchForm,
    token: str,
    *,
    wanted: Wanted | None = None,
    status: int = 200,
) -> HttpResponse:
    number = _number(request)
    own, has_more = seeing.own_searches(request.actor, number)
    address = reverse("log_search:index", args=[request.actor.workspace.slug])
    context = {
        "form": form,
        "token": token,
        "wanted": wanted,
        "estimate": _estimate(wanted) if wanted else None,
        "budgets": guarding.budgets(request.actor),
        "own": own,
        "newer_url": f"{address}?page={number - 1}" if number > 1 else "",
        "older_url": f"{address}?page={number + 1}" if has_more else "",
    }
    return render_page(request, _PAGE, context, status=status)


def _estimate(wanted: Wanted) -> int | None:
    """Return how many records the window has, by what is known; None where nothing is."""
    if wanted.starts_at is None or wanted.ends_at is None:
        return len(wanted.sought["id"].split(","))
    return guarding.estimate(
        ReportWanted(
            product=wanted.product,
            direction=wanted.direction,
            account=wanted.account,
            with_subaccounts=False,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
        )
    )


def _number(request: WorkspaceRequest) -> int:
    text = request.GET.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 5  # noqa: PLR2004 - digits
    return min(max(int(text), 1), _MOST_PAGES) if is_number else 1


def _page_of(request: WorkspaceRequest, search: Search) -> str:
    return reverse("log_search:search", args=[request.actor.workspace.slug, search.pk])
