"""Templates of settings: made, changed, removed, and which account follows which."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from account_settings import wishes
from account_settings.models import Follower, Template
from accounts.models import Account
from audit.events import Event
from audit.writing import record
from teams import policy
from teams.capabilities import Capability
from teams.policy import Actor
from teams.services.turns import turn

MOST = 100
"""So many templates a workspace has at most."""


class NameTakenError(Exception):
    """Another template of the workspace has this name."""

    def __init__(self) -> None:
        super().__init__("There is a template of this name already.")


class TooManyError(Exception):
    """The workspace has as many templates as it may."""

    def __init__(self) -> None:
        super().__init__(f"A workspace has at most {MOST} templates.")


def save(actor: Actor, template: Template) -> Template:
    """Keep a new template, or what was changed about one.

    Raises `MissingCapabilityError`, `NameTakenError` and `TooManyError`.
    """
    policy.require(actor, Capability.WORKSPACE_SETTINGS)
    is_new = template.pk is None
    try:
        with turn(actor) as now:
            policy.require(now, Capability.WORKSPACE_SETTINGS)
            own = Template.objects.filter(workspace=now.workspace)
            if is_new and own.count() >= MOST:
                raise TooManyError
            before = None if is_new else own.get(pk=template.pk)
            template.workspace = now.workspace
            template.version = before.version + 1 if before else 1
            template.changed_at, template.changed_by = timezone.now(), now.user
            template.save()
            event = Event.TEMPLATE_MADE if is_new else Event.TEMPLATE_CHANGED
            _note(event, now, old=_told(before) if before else None, new=_told(template))
    except IntegrityError as error:
        raise NameTakenError from error
    return template


def remove(actor: Actor, template: Template) -> None:
    """Remove a template; its accounts keep their settings and follow none."""
    policy.require(actor, Capability.WORKSPACE_SETTINGS)
    with turn(actor) as now:
        policy.require(now, Capability.WORKSPACE_SETTINGS)
        Template.objects.filter(pk=template.pk, workspace=now.workspace).delete()
        _note(Event.TEMPLATE_REMOVED, now, old=_told(template))


def follow(actor: Actor, template: Template, accounts: Sequence[Account]) -> None:
    """Let accounts follow a template from now on, in the caller's transaction."""
    ids = [each.pk for each in accounts]
    same = Follower.objects.filter(template=template, account__in=ids)
    already = set(same.values_list("account_id", flat=True))
    fresh = [each for each in accounts if each.pk not in already]
    if not fresh:
        return
    Follower.objects.filter(account__in=[each.pk for each in fresh]).delete()
    Follower.objects.bulk_create(Follower(account=each, template=template) for each in fresh)
    keys = [each.api_key for each in fresh]
    _note(Event.TEMPLATE_FOLLOWED, actor, new={"template": template.name, "accounts": keys})


def leave(actor: Actor, account: Account) -> bool:
    """Let an account follow none any more; return whether it followed one."""
    policy.require(actor, Capability.SETTINGS_CHANGE, account)
    with transaction.atomic():
        follower = Follower.objects.filter(account=account).select_related("template").first()
        if follower is None:
            return False
        follower.delete()
        record(
            Event.TEMPLATE_LEFT,
            actor=actor.user,
            workspace=actor.workspace,
            account=account.pk,
            old={"template": follower.template.name},
        )
    return True


def _told(template: Template) -> dict[str, str]:
    values = {name: getattr(template, name) for name in wishes.FIELDS}
    return {"name": template.name, **wishes.masked(values)}


def _note(
    event: Event,
    actor: Actor,
    *,
    old: dict[str, str] | None = None,
    new: Mapping[str, object] | None = None,
) -> None:
    record(event, actor=actor.user, workspace=actor.workspace, old=old, new=new)
