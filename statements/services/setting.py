"""Resale prices, and when statements are made. Each change is written down."""

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone

from accounts.models import Tag
from audit.events import Event
from audit.writing import record
from statements.models import PriceList, Rate, Schedule
from teams.capabilities import Capability
from teams.policy import Actor, require
from teams.services.turns import turn

_FIELDS = ("makes", "mails", "day")


def lists_of(actor: Actor) -> list[PriceList]:
    """Return the price lists of the workspace with their rates. Two queries."""
    rows = PriceList.objects.filter(workspace=actor.workspace).select_related("tag")
    return list(rows.order_by("tag__name").prefetch_related("rates"))


def list_of(actor: Actor, pk: int) -> PriceList:
    """Return one of them; raises `Http404` where there is no such one."""
    rows = PriceList.objects.filter(workspace=actor.workspace).select_related("tag")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def schedule_of(actor: Actor) -> Schedule:
    """Return the schedule; one that makes nothing where there is none."""
    found = Schedule.objects.filter(workspace=actor.workspace).first()
    return found or Schedule(workspace=actor.workspace)


def make_list(actor: Actor, tag: Tag, factor: Decimal | None) -> PriceList:
    """Begin a price list for a tag, or change the one that somebody began meanwhile."""
    with turn(actor) as now:
        _require(now)
        made, _ = PriceList.objects.update_or_create(
            workspace=now.workspace, tag=tag, defaults=_changed(now, factor=factor)
        )
        _note(now, made, {"factor": factor})
    return made


def change_factor(actor: Actor, price_list: PriceList, factor: Decimal | None) -> None:
    """Let another factor hold from the next statements on."""
    with turn(actor) as now:
        _require(now)
        PriceList.objects.filter(pk=price_list.pk).update(**_changed(now, factor=factor))
        _note(now, price_list, {"factor": factor}, old={"factor": price_list.factor})


def put_rate(actor: Actor, price_list: PriceList, rate: dict[str, Any]) -> None:
    """Set a rate, instead of the one of the same product, direction and country."""
    amount = rate["amount"]
    with turn(actor) as now:
        _require(now)
        keys = {name: value for name, value in rate.items() if name != "amount"}
        Rate.objects.update_or_create(**keys, defaults={"amount": amount})
        said = {name: value for name, value in keys.items() if name != "price_list"}
        _note(now, price_list, {**said, "amount": amount})


def remove_rate(actor: Actor, price_list: PriceList, pk: int) -> None:
    """Take a rate away."""
    with turn(actor) as now:
        _require(now)
        if Rate.objects.filter(price_list=price_list, pk=pk).delete()[0]:
            _note(now, price_list, {"rate": "removed"})


def remove_list(actor: Actor, price_list: PriceList) -> None:
    """Take a price list away; statements that were made keep their figures."""
    with turn(actor) as now:
        _require(now)
        _note(now, price_list, {"list": "removed"})
        PriceList.objects.filter(pk=price_list.pk).delete()


def change_schedule(actor: Actor, wanted: dict[str, Any]) -> None:
    """Let another schedule hold."""
    with turn(actor) as now:
        require(now, Capability.WORKSPACE_SETTINGS)
        before = schedule_of(now)
        old = {name: getattr(before, name) for name in _FIELDS}
        new = {name: wanted[name] for name in _FIELDS}
        if old == new and before.pk is not None:
            return
        Schedule.objects.update_or_create(workspace=now.workspace, defaults=new)
        record(
            Event.STATEMENT_SCHEDULE_CHANGED,
            actor=now.user,
            workspace=now.workspace,
            old=old,
            new=new,
        )


def _require(actor: Actor) -> None:
    require(actor, Capability.WORKSPACE_SETTINGS)
    require(actor, Capability.PRICING_COST)


def _changed(actor: Actor, **values: Any) -> dict[str, Any]:
    return {**values, "changed_at": timezone.now(), "changed_by": actor.user}


def _note(
    actor: Actor, price_list: PriceList, new: dict[str, Any], *, old: dict[str, Any] | None = None
) -> None:
    record(
        Event.RESALE_PRICES_CHANGED,
        actor=actor.user,
        workspace=actor.workspace,
        target=price_list,
        old=_texts(old or {}),
        new={"tag": price_list.tag.name, **_texts(new)},
    )


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: "none" if value is None else str(value) for name, value in values.items()}
