"""A template put on several accounts: chosen, looked at account by account, asked for in one go."""

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from account_settings import choosing
from account_settings.choosing import NotMeantError
from account_settings.forms import ApplyForm
from account_settings.models import Template
from account_settings.services import applying
from account_settings.views.templates import found_template, template_url
from operations.tokens import BadTokenError, new_token, read_token
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.confirming import ask, is_confirmed
from teams.wording import accounts as number_of
from ui.htmx import UNPROCESSABLE, leave_for, render_page

_KIND = "settings_template"
_PAGE = "account_settings/apply.html"
_MOST_NAMED = 5


@requires(Capability.BULK_RUN)
@require_http_methods(["GET", "POST"])
def apply(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose accounts and see what would change; on POST, ask for it."""
    policy.require(request.actor, Capability.WORKSPACE_SETTINGS)
    found = found_template(request, pk)
    if request.method == "GET":
        return _shown(request, found)
    if not is_confirmed(request):
        return ask(request)
    try:
        return _asked(request, found)
    except BadTokenError:
        fault = "This page was open for too long. Look at it once more."
    except (NotMeantError, applying.ChangedMeanwhileError) as error:
        fault = str(error)
    return _shown(request, found_template(request, pk), keys=_ticked(request), fault=fault)


def _asked(request: WorkspaceRequest, found: Template) -> HttpResponse:
    bulk = read_token(request.actor, _KIND, request.POST.get("token", ""))
    accounts = choosing.chosen(request.actor, _ticked(request))
    version = request.POST.get("version", "")
    result = applying.run(
        request.actor,
        found,
        accounts,
        bulk=bulk,
        version=int(version) if version.isdecimal() and len(version) <= _MOST_NAMED * 2 else 0,
    )
    _tell(request, result)
    return leave_for(request, template_url(request, found))


def _tell(request: WorkspaceRequest, result: applying.Result) -> None:
    said = [f"{number_of(result.asked, 'account')}: the change is asked for."]
    if result.already:
        said.append(f"{number_of(result.already, 'account')}: nothing to change.")
    messages.success(request, " ".join(said))
    for account, why in result.left_out[:_MOST_NAMED]:
        messages.warning(request, f"{account}: {why}")
    more = len(result.left_out) - _MOST_NAMED
    if more > 0:
        messages.warning(request, f"{number_of(more, 'more account')} left out.")


def _shown(
    request: WorkspaceRequest, found: Template, *, keys: list[str] | None = None, fault: str = ""
) -> HttpResponse:
    form = ApplyForm(request.GET or None, actor=request.actor)
    accounts, more = [], 0
    try:
        if keys:
            accounts = choosing.chosen(request.actor, keys)
        elif form.is_bound and form.is_valid():
            accounts, more = choosing.found(
                request.actor, found, form.cleaned_data["tag"], form.cleaned_data["typed"]
            )
    except NotMeantError as error:
        fault = fault or str(error)
    steps = applying.plan(request.actor, found, accounts) if accounts else []
    context = {
        "template": found,
        "form": form,
        "steps": steps,
        "more": more,
        "count": sum(not each.obstacle for each in steps),
        "token": new_token(request.actor, _KIND),
        "fault": fault,
    }
    is_wrong = bool(fault) or (form.is_bound and bool(form.errors))
    return render_page(request, _PAGE, context, status=UNPROCESSABLE if is_wrong else 200)


def _ticked(request: WorkspaceRequest) -> list[str]:
    return list(dict.fromkeys(request.POST.getlist("account")))
