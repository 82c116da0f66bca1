"""The list of numbers over all accounts in sight."""

from collections.abc import Iterator

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.views.detail import found_account
from audit.events import Event
from audit.writing import record
from operations.wire import CannotConnectError
from phone_numbers import listing
from phone_numbers.forms import FilterForm
from phone_numbers.services import reading
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.exports import Cell, csv_response
from ui.htmx import done, leave_for, render_page
from vonage_api.errors import VonageError


@requires(Capability.NUMBER_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the numbers of all accounts in sight."""
    actor = request.actor
    form = FilterForm(request.GET, countries=listing.countries(actor))
    wanted = form.wanted()
    found = listing.page(actor, wanted, request.GET.get("after", ""))
    kept = request.GET.copy()
    kept.pop("after", None)
    query = kept.urlencode()
    kept["after"] = found.after
    coverage = listing.coverage(actor)
    key = wanted.get("account")
    context = {
        "form": form,
        "found": found,
        "coverage": coverage,
        "is_stale": _is_stale(coverage),
        "chosen": listing.visible(actor).filter(api_key=key).first() if key else None,
        "is_filtered": bool(wanted),
        "query": query,
        "next_query": kept.urlencode() if found.after else "",
        "is_first": "after" not in request.GET,
    }
    return render_page(request, "phone_numbers/index.html", context, partial="table")


@requires(Capability.NUMBER_VIEW)
@require_POST
def read(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Read the numbers of an account from Vonage now."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.NUMBER_VIEW, account)
    there = (
        f"{reverse('phone_numbers:index', args=[request.actor.workspace.slug])}?account={api_key}"
    )
    try:
        reading.read(account)
    except reading.BusyError:
        return done(request, there, "They are being read already. Look again in a moment.")
    except (VonageError, CannotConnectError) as error:
        messages.error(request, f"The numbers could not be read: {error}")
        return leave_for(request, there)
    return done(request, there, "Read from Vonage.")


@requires(Capability.NUMBER_VIEW)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send the list as a file. What is taken away is written down."""
    actor = request.actor
    wanted = FilterForm(request.GET, countries=listing.countries(actor)).wanted()
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=actor.user,
            workspace=actor.workspace,
            new={"what": "numbers", "filters": wanted},
        )
    return csv_response("numbers", _cells(actor, wanted))


_HEAD = (
    *("number", "country", "type", "features", "account", "API key"),
    *("application", "inbound messages to", "calls", "calls to", "call events to"),
)


def _cells(actor: policy.Actor, wanted: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    yield _HEAD
    for each in listing.everything(actor, wanted):
        yield (
            each.msisdn,
            each.country,
            each.type,
            " ".join(each.feature_names),
            str(each.account),
            each.account.api_key,
            each.app_id,
            each.mo_http_url,
            each.voice_callback_type,
            each.voice_callback_value,
            each.voice_status_callback,
        )


def _is_stale(coverage: listing.Coverage) -> bool:
    oldest = coverage.oldest
    return oldest is not None and oldest < timezone.now() - 2 * reading.STALE
