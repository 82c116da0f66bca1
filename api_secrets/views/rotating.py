"""Replacing the API secret of one account: begun, confirmed, stopped."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Account
from api_secrets import progress
from api_secrets.forms import RotationForm
from api_secrets.models import Rotation
from api_secrets.services import rotating
from api_secrets.tasks import ring
from api_secrets.views.secrets import index_url, of_account
from operations.errors import RefusedError
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import UNPROCESSABLE, done, render_page

_NOTHING = "Nothing is being replaced here."
_NOTED = "Noted. The old one is revoked now."


@requires(Capability.SECRET_REVOKE, confirmed=True)
@require_http_methods(["GET", "POST"])
def start(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask when the old one is to go, and begin."""
    account = of_account(request, api_key, Capability.SECRET_REVOKE)
    ours = account.is_primary
    rotating.require(request.actor, account, purpose=_purpose(ours=ours), replaces=True)
    form = RotationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        due_at = None if ours else form.due_at()
        try:
            rotating.start(request.actor, account, purpose=_purpose(ours=ours), due_at=due_at)
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
        else:
            ring()
            return done(request, index_url(request, account))
    status = UNPROCESSABLE if form.errors else 200
    context = {"account": account, "form": form, "ours": ours}
    return render_page(request, "api_secrets/rotate.html", context, status=status)


@requires(Capability.SECRET_CREATE, confirmed=True)
@require_http_methods(["GET", "POST"])
def hold(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Make a secret by which this workspace signs in as the subaccount."""
    account = of_account(request, api_key, Capability.SECRET_CREATE)
    context = {"account": account, "fault": ""}
    if request.method == "POST":
        try:
            rotating.start(request.actor, account, purpose=Rotation.Purpose.OURS, replaces=False)
        except RefusedError as refusal:
            context["fault"] = str(refusal)
        else:
            ring()
            return done(request, index_url(request, account))
    status = UNPROCESSABLE if context["fault"] else 200
    return render_page(request, "api_secrets/hold.html", context, status=status)


@requires(Capability.SECRET_REVOKE)
@require_POST
def confirm(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Note that the new one is in use, so that the old one goes."""
    account = of_account(request, api_key, Capability.SECRET_REVOKE)
    found = progress.open_one(account)
    if found is None:
        return done(request, index_url(request, account), _NOTHING)
    try:
        rotating.confirm(request.actor, found)
    except RefusedError as refusal:
        return done(request, index_url(request, account), str(refusal))
    ring()
    is_stopped = found.campaign is not None and found.campaign.stopped_at is not None
    message = "Noted. The old one is revoked once the campaign goes on." if is_stopped else _NOTED
    return done(request, index_url(request, account), message)


@requires(Capability.SECRET_CREATE)
@require_POST
def stop(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Take no further step."""
    account = of_account(request, api_key, Capability.SECRET_CREATE)
    found = progress.open_one(account)
    stopped = found is not None and rotating.stop(request.actor, found)
    message = "Stopped. Both secrets work as far as they are there." if stopped else _NOTHING
    return done(request, index_url(request, account), message)


def may_start(request: WorkspaceRequest, account: Account) -> bool:
    """Return whether the person may replace the secret of this account."""
    try:
        purpose = _purpose(ours=account.is_primary)
        rotating.require(request.actor, account, purpose=purpose, replaces=True)
    except policy.MissingCapabilityError:
        return False
    return True


def _purpose(*, ours: bool) -> Rotation.Purpose:
    return Rotation.Purpose.OURS if ours else Rotation.Purpose.USERS
