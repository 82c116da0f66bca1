"""Ordering a report, and what can be done about one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.mirrors import connection_of, mirror_of
from accounts.views.mirror import not_connected
from operations.tokens import BadTokenError, new_token, read_token
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import Actor
from ui.htmx import UNPROCESSABLE, done, leave_for, render_page
from usage import seeing
from usage.forms import OrderForm
from usage.models import Report
from usage.services import guarding, knowing, ordering
from usage.services.ordering import HeldError
from usage.wanted import Wanted

_FORM = "usage/order.html"
_TOKEN = "report"  # noqa: S105 - what the token is for
_TOO_OLD = "This form was open for too long. Look at it and send it again."
Deed = Callable[[Actor, Report], bool]


@requires(Capability.REPORT_RUN)
@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """Say what is wanted, look at what it takes, and order it."""
    actor = request.actor
    if connection_of(mirror_of(actor)) is None:
        return not_connected(request)
    if request.method == "GET":
        form = OrderForm(initial=request.GET.dict(), actor=actor)
        return _shown(request, form, new_token(actor, _TOKEN))
    if earlier := _ordered_before(request):
        return leave_for(request, _page_of(request, earlier))
    form = OrderForm(request.POST, actor=actor)
    if not form.is_valid():
        return _shown(request, form, request.POST.get("token", ""), status=UNPROCESSABLE)
    if "begin" not in request.POST:
        return _shown(request, form, form.cleaned_data["token"], wanted=form.wanted())
    return _ordered(request, form)


@requires(Capability.REPORT_RUN)
@require_POST
def cancel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Stop a report."""
    said = ("It is stopped, unless Vonage is quicker.", "There is nothing to stop any more.")
    return _do(request, pk, ordering.cancel, *said)


@requires(Capability.REPORT_RUN)
@require_POST
def again(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Download once more, or look at Vonage once more."""
    return _do(request, pk, ordering.try_again, "It is tried again now.", "It goes on already.")


@requires(Capability.REPORT_RUN)
@require_POST
def anew(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Send a lost order once more, because a person has looked."""
    said = ("It is ordered once more.", "It is not lost; there is nothing to order once more.")
    return _do(request, pk, ordering.order_anew, *said)


def _do(
    request: WorkspaceRequest, pk: int, deed: Deed, when_done: str, otherwise: str
) -> HttpResponse:
    found = seeing.visible_report(request.actor, pk)
    seeing.require_on(request.actor, Capability.REPORT_RUN, found)
    if deed(request.actor, found):
        return done(request, _page_of(request, found), when_done)
    messages.warning(request, otherwise)
    return leave_for(request, _page_of(request, found))


def _ordered_before(request: WorkspaceRequest) -> Report | None:
    """Return what was ordered with this form before."""
    try:
        token = read_token(request.actor, _TOKEN, request.POST.get("token", ""))
    except BadTokenError:
        return None
    return ordering.ordered_with(request.actor, token) if "begin" in request.POST else None


def _ordered(request: WorkspaceRequest, form: OrderForm) -> HttpResponse:
    actor, wanted, token = request.actor, form.wanted(), form.cleaned_data["token"]
    try:
        report = ordering.order(actor, wanted, token=read_token(actor, _TOKEN, token))
    except BadTokenError:
        form.add_error(None, _TOO_OLD)
        token = new_token(actor, _TOKEN)
    except guarding.OverBudgetError as error:
        form.add_error(None, str(error))
    except HeldError:
        pass  # the page says so, with a link
    else:
        return leave_for(request, _page_of(request, report))
    return _shown(request, form, token, wanted=wanted, status=UNPROCESSABLE)


def _shown(
    request: WorkspaceRequest,
    form: OrderForm,
    token: str,
    *,
    wanted: Wanted | None = None,
    status: int = 200,
) -> HttpResponse:
    held = ordering.same_as(request.actor, wanted) if wanted else None
    context = {
        "form": form,
        "token": token,
        "wanted": wanted,
        "estimate": guarding.estimate(wanted) if wanted else None,
        "held": held,
        "budgets": guarding.budgets(request.actor),
        "is_known": wanted is not None and knowing.is_known(wanted),
    }
    return render_page(request, _FORM, context, status=status)


def _page_of(request: WorkspaceRequest, report: Report) -> str:
    return reverse("usage:report", args=[request.actor.workspace.slug, report.pk])
