"""A filled installation with people of several roles. Only ever at the simulator."""

import secrets
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.models import Account, Connection, Tag
from accounts.services import connecting, sync, tagging
from dashboard import demo_past
from dashboard.env import Env
from teams.ceilings import UNLIMITED, Limits
from teams.models import Grant, Member, User, Workspace
from teams.policy import Actor
from teams.services import granting
from teams.services.first_start import Owner, found, is_done
from teams.services.granting import Terms
from vault.secret import Secret

OWNER = "owner"
TAG = "pilot"
_TAGGED = 5
_PATIENCE = 60.0
"""Seconds in which the first reading has to be done, by us or by the worker."""


class CannotDemonstrateError(Exception):
    """The demo cannot be made here; the message says why and what to do."""


class NotTheSimulatorError(CannotDemonstrateError):
    """Demo people beside real money are refused."""


class Login(NamedTuple):
    """How to sign in, and as whom."""

    name: str
    password: str
    about: str


class Role(NamedTuple):
    """One of the demo's members: a preset, on all accounts or on the first few subaccounts."""

    preset: str
    about: str
    accounts: int | None = None
    limits: Limits = UNLIMITED
    may_pass_on: bool = False
    with_primary: bool = False


PEOPLE = {
    "administrator": Role(
        "administrator", "may do everything but hand over the workspace", may_pass_on=True
    ),
    "finance": Role("finance", "moves money on all accounts"),
    "operator": Role(
        "operator",
        "looks after three accounts, moves at most 50 EUR a day",
        accounts=3,
        limits=Limits(per_day=Decimal(50)),
        with_primary=True,
    ),
    "customer": Role("customer_admin", "a customer, with one account", accounts=1),
}


def prepare(env: Env) -> list[Login]:
    """Make the demo's people, connection and tags where missing; return how to sign in.

    The passwords are random and kept in `demo-passwords` at home, so that they are the same after
    a restart. Raises `NotTheSimulatorError` where Vonage is not the simulator or where the
    installation has people of its own, and `CannotDemonstrateError` where it cannot be read.
    """
    if not env.simulated:
        raise NotTheSimulatorError("The demo runs with the simulator only, not with Vonage itself.")
    kept = _kept(env)
    if is_done() and not kept.is_file():
        raise NotTheSimulatorError(
            "This installation has people of its own; move SWITCHBOARD_HOME."
        )
    passwords = _passwords(kept)
    owner = _owner(env, passwords[OWNER])
    _connect(env, owner)
    accounts = _subaccounts(owner)
    demo_past.order(owner, _tag(owner, accounts[:_TAGGED]))
    for name, role in PEOPLE.items():
        _join(owner, name, passwords[name], role, accounts)
    about = {OWNER: "the primary user", **{name: role.about for name, role in PEOPLE.items()}}
    return [Login(name, passwords[name], about[name]) for name in about]


def is_the_demo(env: Env) -> bool:
    """Return whether `prepare` was here: nothing of the demo is for other installations."""
    return env.simulated and _kept(env).is_file()


def _kept(env: Env) -> Path:
    return env.home / "demo-passwords"


def _passwords(kept: Path) -> dict[str, str]:
    """Return the passwords by user name; those that are missing are made and kept."""
    kept.touch(mode=0o600)
    known = dict([_line(line) for line in kept.read_text().splitlines()])
    passwords = {name: known.get(name) or secrets.token_urlsafe(12) for name in (OWNER, *PEOPLE)}
    kept.write_text("".join(f"{name} {password}\n" for name, password in passwords.items()))
    return passwords


def _owner(env: Env, password: str) -> Actor:
    """Return the primary user, made with the workspace where there is none yet."""
    if not is_done():
        found(Owner(OWNER, _address(OWNER), password, env.time_zone, "Tessarine Communications"))
    workspace = Workspace.objects.select_related("primary_user").earliest("pk")
    return Actor(workspace.primary_user, workspace)


def _connect(env: Env, owner: Actor) -> None:
    """Connect the workspace; again after a start that was cut short in between."""
    if not Connection.objects.filter(workspace=owner.workspace).exists():
        connecting.connect(owner, api_key=env.simulator_key, secret=Secret(env.simulator_secret))


def _subaccounts(owner: Actor) -> Sequence[Account]:
    """Return the subaccounts, by name; read from the simulator where nobody has done that yet."""
    accounts = Account.objects.filter(workspace=owner.workspace)
    end = time.monotonic() + _PATIENCE
    while not accounts.exists():
        if time.monotonic() > end:
            raise CannotDemonstrateError("The simulator could not be read; start the demo again.")
        claim = sync.take(owner.workspace.pk, timezone.now())
        if claim is None or not sync.run(claim):
            time.sleep(0.2)  # the worker reads just now, or the next attempt is put off
    return list(accounts.filter(is_primary=False).order_by("listing_key"))


def _tag(owner: Actor, accounts: Sequence[Account]) -> Tag:
    """Define the tag and put it on accounts, once: people may take it off again."""
    found = Tag.objects.filter(workspace=owner.workspace, name=TAG).first()
    if found:
        return found
    with transaction.atomic():
        made = tagging.define(owner, name=TAG)
        tagging.put(owner, tag=made, accounts=accounts)
    return made


def _join(owner: Actor, name: str, password: str, role: Role, accounts: Sequence[Account]) -> None:
    """Make a member with access, once: people may remove one again."""
    if User.objects.filter(username=name).exists():
        return
    chosen = frozenset(each.pk for each in accounts[: role.accounts])
    terms = Terms(
        scope=Grant.Scope.ALL if role.accounts is None else Grant.Scope.SELECTED,
        preset=role.preset,
        account_ids=frozenset() if role.accounts is None else chosen,
        limits=role.limits,
        may_pass_on=role.may_pass_on,
        with_primary=role.with_primary,
        reason="Made for the demo",
    )
    with transaction.atomic():
        user = User.objects.create_user(
            username=name, email=_address(name), password=password, time_zone=owner.user.time_zone
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        member = Member.objects.create(workspace=owner.workspace, user=user, invited_by=owner.user)
        granting.give(owner, member=member, terms=terms)


def _address(name: str) -> str:
    return f"{name}@example.com"


def _line(line: str) -> tuple[str, str]:
    name, _, password = line.partition(" ")
    return name, password
