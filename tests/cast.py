"""The team: a member for each preset and each state, with accounts to be held or not.

Made in bulk and without a network. Whatever has a name carries a mark of its own (`seen-…`), so
that a page which shows what it should not gives itself away.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from account_settings.models import AccountSettings, Follower, Template
from accounts.models import Account, AccountTag, Balance, Connection, Mirror, Observation, Tag
from accounts.naming import listing_key
from api_secrets.models import ApiSecret, Campaign, HeldSecret, SecretList
from log_search import keeping
from log_search.models import Search
from operations.models import Approval, Draft, Operation
from operations.references import new_reference
from statements.models import Line, Mailed, PriceList, Statement
from teams import policy
from teams.models import AccessRequest, Grant, Invitation, Member, Role, User, Workspace
from teams.presets import PRESETS
from teams.services import reach
from usage.models import Report

ACCOUNTS = ("primary", "alpha", "bravo", "charlie", "pilot_one", "pilot_two", "solo", "spare")
SHARED = {"bravo", "pilot_two"}
TAGGED = ("pilot_one", "pilot_two")
PASSWORD = "everybody has a long password"  # hashed once for all
PEOPLE = (*PRESETS, "guest", "former", "future", "suspended", "without_factor")


@dataclass
class Cast:
    """One workspace with its people, and another one that has nothing to do with it.

    `stranger` owns the other one; `invited` has a login and an open invitation.
    """

    workspace: Workspace
    owner: User
    stranger: User
    invited: User
    elsewhere: Workspace
    accounts: dict[str, Account] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    requests: dict[str, AccessRequest] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    api_secrets: dict[str, ApiSecret] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    settings_templates: dict[str, Template] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    mails: dict[str, Mailed] = field(default_factory=dict)
    price_lists: dict[str, PriceList] = field(default_factory=dict)
    log_searches: dict[str, Search] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)

    def actor(self, name: str) -> policy.Actor:
        """Return a member, the owner or the stranger as an actor of the workspace, read anew."""
        user = {"owner": self.owner, "stranger": self.stranger}.get(name)
        found = policy.actor_in(user or self.members[name].user, self.workspace.slug)
        return found or policy.Actor(
            user or self.members[name].user, self.workspace, self._id_of(name)
        )

    def ids(self, *names: str) -> frozenset[int]:
        """Return the ids of accounts by their names here."""
        return frozenset(self.accounts[name].pk for name in names)

    def _id_of(self, name: str) -> int | None:
        return self.members[name].pk if name in self.members else None


def cast() -> Cast:
    """Make everybody and everything."""
    users = _users("owner", "stranger", "invited", *PEOPLE, "foreign", "gone")
    workspace = _workspace("harbour", users["owner"])
    elsewhere = _workspace("seen-slug-elsewhere", users["stranger"])
    owner, stranger, invited = (users[name] for name in ("owner", "stranger", "invited"))
    made = Cast(workspace, owner, stranger, invited, elsewhere)
    made.accounts = _accounts(workspace, ACCOUNTS)
    made.tags = {name: _tag(workspace, name) for name in ("pilot", "crew", "spare")}
    AccountTag.objects.bulk_create(
        AccountTag(tag=made.tags[tag], account=made.accounts[name])
        for tag, names in {"pilot": TAGGED, "crew": ("alpha",)}.items()
        for name in names
    )
    made.members = _members(workspace, {name: users[name] for name in PEOPLE})
    _give_presets(made)
    _furnish_elsewhere(made, users["foreign"])
    made.roles = {"own": Role.objects.create(workspace=workspace, name="seen-role-own", mask=1)}
    made.invitations = {"supporter": _invitation(workspace, made.invited.email, owner)}
    _ask_for_transfers(made, users["gone"])
    _let_secrets_be_known(made)
    _let_settings_be_known(made)
    _let_reports_be_ordered(made, users["gone"])
    _let_statements_be_made(made)
    made.requests = {"former": _request(made.members["former"])}
    for member in made.members.values():
        reach.rebuild(member)
    return made


def grant(member: Member, preset: str, scope: str, **more: Any) -> Grant:
    """Give a grant past all ceilings; `accounts` are those of a selection."""
    accounts = more.pop("accounts", ())
    place = more.pop("place", member.grants.count())
    made = Grant.objects.create(member=member, preset=preset, scope=scope, place=place, **more)
    made.accounts.set(accounts)
    reach.extend_to_grant(made)
    return made


def _users(*names: str) -> dict[str, User]:
    password = make_password(PASSWORD)
    rows = User.objects.bulk_create(
        User(
            username=f"seen-user-{name}",
            email=f"seen-mail-{name}@example.com",
            password=password,
            has_second_factor=name != "without_factor",
        )
        for name in names
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=row, email=row.email, verified=True, primary=True) for row in rows
    )
    return dict(zip(names, rows, strict=True))


def _workspace(slug: str, owner: User) -> Workspace:
    name = "Harbour Messaging" if slug == "harbour" else "seen-workspace-elsewhere"
    made = Workspace.objects.create(
        slug=slug, name=name, primary_user=owner, second_factor_required=True
    )
    now = timezone.now()
    Mirror.objects.create(workspace=made, read_at=now, due_at=now + timedelta(hours=1), accounts=8)
    Connection.objects.create(
        workspace=made,
        api_key=f"seen-key-{slug}",
        api_host="https://api.example.com",
        api_secret=b"x",
    )
    return made


def _accounts(workspace: Workspace, names: tuple[str, ...], prefix: str = "") -> dict[str, Account]:
    now = timezone.now()
    rows = Account.objects.bulk_create(
        Account(
            workspace=workspace,
            api_key=f"seen-key-{prefix}{name}",
            name=f"seen-name-{prefix}{name}",
            listing_key=listing_key(f"seen-name-{prefix}{name}", f"seen-key-{prefix}{name}"),
            is_primary=name == "primary",
            shares_balance=name in SHARED,
            created_at=now,
            first_seen_at=now,
        )
        for name in names
    )
    _add_figures(workspace, rows, now)
    return dict(zip(names, rows, strict=True))


def _add_figures(workspace: Workspace, rows: list[Account], now: datetime) -> None:
    Balance.objects.bulk_create(
        Balance(account=row, workspace=workspace, balance=10 + place, credit_limit=0)
        for place, row in enumerate(rows)
        if not row.shares_balance
    )
    Observation.objects.bulk_create(
        Observation(
            workspace=workspace,
            account=row,
            at=now,
            kind="renamed",
            before=f"{row.name}-before",
            after=row.name,
        )
        for row in rows
    )


def _tag(workspace: Workspace, name: str) -> Tag:
    return Tag.objects.create(workspace=workspace, name=f"seen-tag-{name}")


def _members(workspace: Workspace, users: dict[str, User]) -> dict[str, Member]:
    rows = Member.objects.bulk_create(
        Member(
            workspace=workspace,
            user=user,
            suspended_at=timezone.now() if name == "suspended" else None,
        )
        for name, user in users.items()
    )
    return dict(zip(users, rows, strict=True))


def _give_presets(made: Cast) -> None:
    """Give each preset where such a person would have it; see `tests/matrix/roles.csv`."""
    now, day = timezone.now(), timedelta(days=1)
    three = [made.accounts[name] for name in ("alpha", "bravo", "charlie")]
    pilot = {"scope": "tag", "tag": made.tags["pilot"]}
    terms: dict[str, tuple[str, dict[str, Any]]] = {
        "administrator": ("administrator", {"scope": "all", "may_pass_on": True}),
        "access_administrator": ("access_administrator", {"scope": "all", "may_pass_on": True}),
        "finance": ("finance", {"scope": "subaccounts"}),
        "approver": ("approver", {"scope": "subaccounts"}),
        "operator": ("operator", {"scope": "selected", "accounts": three}),
        "developer": ("developer", pilot),
        "support": ("support", {"scope": "subaccounts"}),
        "analyst": ("analyst", {"scope": "all"}),
        "auditor": ("auditor", {"scope": "all"}),
        "customer_admin": ("customer_admin", {**pilot, "may_pass_on": True}),
        "customer_viewer": (
            "customer_viewer",
            {"scope": "selected", "accounts": [made.accounts["solo"]]},
        ),
        "former": ("administrator", {"scope": "all", "ends_at": now - day}),
        "future": ("administrator", {"scope": "all", "starts_at": now + day}),
        "suspended": ("administrator", {"scope": "all"}),
        "without_factor": ("administrator", {"scope": "all"}),
    }
    for name, (preset, more) in terms.items():
        grant(made.members[name], preset, **more)


def _ask_for_transfers(made: Cast, asker: User) -> None:
    """Ask for a transfer to some accounts; somebody who is gone did, and they wait for consent."""
    primary = made.accounts["primary"]
    for name in ("alpha", "pilot_one", "solo", "spare"):
        made.operations[name] = _awaited(made.workspace, primary, made.accounts[name], asker)
    foreign = made.foreign
    foreign["operation"] = _awaited(
        made.elsewhere, foreign["primary"], foreign["account"], made.stranger
    )
    made.drafts["owner"] = _draft(made.workspace, primary, made.accounts["alpha"], made.owner)
    foreign["draft"] = _draft(made.elsewhere, foreign["primary"], foreign["account"], made.stranger)


def _let_secrets_be_known(made: Cast) -> None:
    """Let every account have two API secrets, of which one can be revoked."""
    for name, account in made.accounts.items():
        made.api_secrets[name] = _secrets_of(account)
    made.foreign["api_secret"] = _secrets_of(made.foreign["account"])
    made.campaigns["own"] = _campaign(made.workspace, made.owner)
    made.foreign["campaign"] = _campaign(made.elsewhere, made.stranger)


def _let_reports_be_ordered(made: Cast, asker: User) -> None:
    """Let a report be ordered on every account by somebody who is gone; they cannot be sent."""
    for name, account in made.accounts.items():
        made.reports[name] = _report(account, asker)
        made.log_searches[name] = _log_search(account, asker)
    made.foreign["report"] = _report(made.foreign["account"], made.stranger)
    made.foreign["log_search"] = _log_search(made.foreign["account"], made.stranger)


def _let_statements_be_made(made: Cast) -> None:
    """Let every account have a statement with a line of usage; those with a tag have prices."""
    for name, account in made.accounts.items():
        made.statements[name] = _statement(account)
        made.mails[name] = _mail(made.statements[name], made.members["former"])
    made.foreign["statement"] = _statement(made.foreign["account"])
    made.foreign["mail"] = _mail(made.foreign["statement"], made.members["former"])
    made.price_lists["own"] = _price_list(made.tags["pilot"])
    made.foreign["price_list"] = _price_list(made.foreign["tag"])


def _statement(account: Account) -> Statement:
    statement = Statement.objects.create(
        workspace=account.workspace,
        account=account,
        month=date(2026, 10, 1),
        zone="UTC",
        revision=1,
        shares_balance=account.shares_balance,
        digest="x",
    )
    Line.objects.create(
        statement=statement,
        place=0,
        kind=Line.Kind.USAGE,
        product="SMS",
        direction="outbound",
        count=1,
        amount=Decimal("0.01"),
    )
    return statement


def _mail(statement: Statement, member: Member) -> Mailed:
    """Return a mail that did not go and is not tried again by itself."""
    return Mailed.objects.create(statement=statement, member=member, state=Mailed.State.REFUSED)


def _price_list(tag: Tag) -> PriceList:
    return PriceList.objects.create(workspace=tag.workspace, tag=tag, factor=Decimal(2))


def _report(account: Account, by: User) -> Report:
    at = timezone.now()
    return Report.objects.create(
        workspace=account.workspace,
        asked_by=by,
        form_token=f"report of {account.pk}",
        product="SMS",
        direction="outbound",
        account=account,
        starts_at=at - timedelta(days=2),
        ends_at=at - timedelta(days=1),
    )


def _log_search(account: Account, by: User) -> Search:
    """Return a search that is stopped and has found one record."""
    at = timezone.now()
    made = Search.objects.create(
        workspace=account.workspace,
        asked_by=by,
        form_token=f"log search of {account.pk}",
        product="SMS",
        direction="outbound",
        account=account,
        starts_at=at - timedelta(days=2),
        ends_at=at - timedelta(days=1),
        state=Search.State.STOPPED,
        due_at=None,
        found=1,
        pages=1,
        kept_until=at + timedelta(days=1),
    )
    page = keeping.packed(made, [{"id": f"seen-log-{account.pk}"}])
    page.number = 0
    page.save(force_insert=True)
    return made


def _campaign(workspace: Workspace, by: User) -> Campaign:
    return Campaign.objects.create(workspace=workspace, name="Hotels", made_by=by)


def _secrets_of(account: Account) -> ApiSecret:
    at = timezone.now()
    SecretList.objects.create(account=account, read_at=at)
    rows = [
        ApiSecret(account=account, remote_id=f"{account.pk}-{place}", created_at=at)
        for place in ("first", "second")
    ]
    return ApiSecret.objects.bulk_create(rows)[0]


def _let_settings_be_known(made: Cast) -> None:
    """Let the settings of every account be read; one account follows a template."""
    for name, account in made.accounts.items():
        _settings_of(account, name)
    _settings_of(made.foreign["account"], "foreign")
    made.settings_templates = {"own": _template(made.workspace, made.owner, "template")}
    Follower.objects.create(account=made.accounts["spare"], template=made.settings_templates["own"])
    made.foreign["settings_template"] = _template(made.elsewhere, made.stranger, "foreign")


def _settings_of(account: Account, name: str) -> None:
    at, address = timezone.now(), f"https://hooks.example.com/seen-hook-{name}"
    AccountSettings.objects.create(account=account, mo_callback_url=address, read_at=at)
    if not account.is_primary:
        HeldSecret.objects.create(
            workspace=account.workspace,
            account=account,
            api_host="https://api.example.com",
            api_secret=b"x",
        )


def _template(workspace: Workspace, by: User, name: str) -> Template:
    address = f"https://hooks.example.com/seen-hook-{name}"
    return Template.objects.create(
        workspace=workspace, name=f"seen-hook-{name}", mo_callback_url=address, changed_by=by
    )


def _transfer(workspace: Workspace, primary: Account, account: Account, by: User) -> dict[str, Any]:
    return {
        "workspace": workspace,
        "kind": "balance_transfer",
        "account": account,
        "from_key": primary.api_key,
        "to_key": account.api_key,
        "amount": Decimal(1),
        "made_by": by,
        "form_token": f"form for {account.api_key} by {by.pk}",
    }


def _awaited(workspace: Workspace, primary: Account, account: Account, by: User) -> Operation:
    now = timezone.now()
    operation = Operation.objects.create(
        **_transfer(workspace, primary, account, by),
        reference=new_reference("TEST"),
        state="awaiting",
        not_after=now + timedelta(days=1),
    )
    Approval.objects.create(
        operation=operation,
        fingerprint=operation.fingerprint,
        reasons=["It is large."],
        lapses_at=now + timedelta(days=1),
    )
    return operation


def _draft(workspace: Workspace, primary: Account, account: Account, by: User) -> Draft:
    return Draft.objects.create(**_transfer(workspace, primary, account, by))


def _invitation(workspace: Workspace, email: str, owner: User) -> Invitation:
    made = Invitation.objects.create(
        workspace=workspace,
        email=email,
        digest=email,
        invited_by=owner,
        expires_at=timezone.now() + timedelta(days=7),
    )
    Grant.objects.create(invitation=made, preset="support", scope="subaccounts")
    return made


def _request(member: Member) -> AccessRequest:
    return AccessRequest.objects.create(member=member, capability="balance.view")


def _furnish_elsewhere(made: Cast, user: User) -> None:
    accounts = _accounts(made.elsewhere, ("primary", "branch"), prefix="foreign-")
    member = Member.objects.create(workspace=made.elsewhere, user=user)
    made.foreign = {
        "account": accounts["branch"],
        "primary": accounts["primary"],
        "member": member,
        "tag": _tag(made.elsewhere, "foreign"),
        "role": Role.objects.create(workspace=made.elsewhere, name="seen-role-foreign", mask=1),
        "grant": grant(member, "operator", "all"),
        "invitation": _invitation(made.elsewhere, "seen-mail-foreign@example.com", made.stranger),
        "request": _request(member),
    }
