from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.mirrors import mirror_of
from accounts.models import Account
from accounts.standstill import standstill_of
from accounts.views.mirror import context_of
from operations.wire import CannotConnectError
from subaccounts.views.asking import ask_for
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from topups import kinds
from topups.forms import PaymentForm, TopUpForm
from topups.models import Payment
from topups.services import noting, reading, silencing
from topups.showing import has_primary, shown
from ui.htmx import done, invalid, leave_for, render_page
from vonage_api.errors import VonageError

_NOTING = "topups/noting.html"


@requires(Capability.TOPUP_TRIGGER)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """Show auto-reload as far as it is known, and what can be done about it from here."""
    primary = _primary(request)
    context = {
        **context_of(request, mirror_of(request.actor)),
        "primary": primary,
        "shown": shown(request.actor, primary) if primary else None,
        "lane": standstill_of(request.actor),
    }
    return render_page(request, "topups/index.html", context)


@requires(Capability.TOPUP_TRIGGER)
@require_POST
def read(request: WorkspaceRequest) -> HttpResponse:
    """Ask Vonage now whether auto-reload is on."""
    _primary(request)
    try:
        reading.read(request.actor.workspace.pk)
    except (VonageError, CannotConnectError) as error:
        messages.error(request, f"Auto-reload could not be read: {error}")
        return leave_for(request, _index(request))
    return done(request, _index(request), "Read from Vonage.")


@requires(Capability.TOPUP_TRIGGER, confirmed=True)
@sensitive_post_parameters("trx")
@require_http_methods(["GET", "POST"])
def note(request: WorkspaceRequest) -> HttpResponse:
    """Take what only people know of auto-reload."""
    _primary(request)
    form = PaymentForm(request.POST or None, payment=_payment(request))
    if not form.is_bound:
        return render_page(request, _NOTING, {"form": form})
    if not form.is_valid():
        return invalid(request, _NOTING, {"form": form})
    noting.note(
        request.actor,
        trx=form.secret(),
        amount=form.cleaned_data["amount"],
        threshold=form.cleaned_data["threshold"],
    )
    return done(request, _index(request), "Noted.")


@requires(Capability.TOPUP_TRIGGER, confirmed=True)
@require_http_methods(["GET", "POST"])
def ask(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a top-up."""
    primary = _primary(request)
    payment = _payment(request)
    if primary is None or not payment.trx:
        message = "Note the reference of the payment that switched auto-reload on first."
        return done(request, _index(request), message)
    before = kinds.lately(request.actor.workspace.pk, timezone.now())
    return ask_for(
        request,
        TopUpForm(request.POST or None, before=before),
        kind=kinds.CODE,
        account=primary,
        wanted=lambda form: kinds.wanted_of(payment, again=form.cleaned_data["again"]),
        template="topups/ask.html",
    )


@requires(Capability.TOPUP_TRIGGER)
@require_POST
def meant_off(request: WorkspaceRequest) -> HttpResponse:
    """Take a person's word that auto-reload is meant to be off."""
    _primary(request)
    if not silencing.is_meant(request.actor):
        return done(request, _index(request), "There was nothing to end.")
    return done(request, _index(request), "Noted, with your name.")


def _primary(request: WorkspaceRequest) -> Account | None:
    """Return the primary account, None before it was read; 403 without the right on it."""
    visible = Account.objects.visible_to(request.actor, Capability.TOPUP_TRIGGER)
    found: Account | None = visible.filter(is_primary=True).first()
    if found is None and has_primary(request.actor):
        raise policy.MissingCapabilityError(Capability.TOPUP_TRIGGER)
    return found


def _payment(request: WorkspaceRequest) -> Payment:
    return Payment.objects.filter(workspace=request.actor.workspace).first() or Payment()


def _index(request: WorkspaceRequest) -> str:
    return reverse("topups:index", args=[request.actor.workspace.slug])
