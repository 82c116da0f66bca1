"""What of the activity a person may read: of the audit book, and of what changed at Vonage.

With `audit.all`, everything of the workspace. With `audit.view`, what was done to the accounts on
which it is held: an entry about several accounts only where it is held on all of them, and nothing
about people and the workspace.
"""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func, Q, Subquery

from accounts.models import Account, Observation
from accounts.querysets import AccountQuerySet
from accounts.search import search_for
from audit.groups import ABOUT_ACCOUNTS
from audit.models import Entry
from audit.reading import EntryQuerySet
from teams import policy
from teams.capabilities import Capability, Mask
from teams.policy import Actor

LATEST = 5
SOMEBODY = "Somebody of the team"


class Line(NamedTuple):
    """An entry as the page of its account shows it."""

    at: datetime
    who: str
    what: str
    subject: str
    is_refused: bool


def may_read(actor: Actor) -> bool:
    """Return whether the person may read any of it."""
    return sees_all(actor) or policy.can(actor, Capability.AUDIT_VIEW)


def sees_all(actor: Actor) -> bool:
    """Return whether the person may read everything, people and workspace included."""
    return policy.can(actor, Capability.AUDIT_ALL)


def sees_names(actor: Actor) -> bool:
    """Return whether the person learns who acted, and not only that somebody did.

    Those who look after single accounts, customers among them, do not learn who else is here.
    """
    extent = actor.extent(Capability.ACCOUNT_VIEW)
    return sees_all(actor) or extent.everything or extent.subaccounts


def entries_for(actor: Actor) -> EntryQuerySet:
    """Return the entries of the workspace's book that the person may read."""
    entries: EntryQuerySet = Entry.objects.of(actor.workspace)
    if sees_all(actor):
        return entries
    extent = actor.extent(Capability.AUDIT_VIEW)
    if extent.is_empty:
        return entries.none()
    entries = entries.named(ABOUT_ACCOUNTS.events)
    if extent.everything:
        return entries
    visible = Account.objects.visible_to(actor, Capability.AUDIT_VIEW)
    about_one = Q(account_id__in=visible.values("pk"))
    about_all = Q(NamesOnly(visible), account_id=None)
    readable: EntryQuerySet = entries.filter(about_one | about_all)
    return readable


def observations_for(actor: Actor) -> Any:
    """Return what changed at Vonage without us, as far as the person may read it."""
    seen = Observation.objects.filter(workspace=actor.workspace)
    if sees_all(actor) or actor.extent(Capability.AUDIT_VIEW).everything:
        return seen
    visible = Account.objects.visible_to(actor, Capability.AUDIT_VIEW)
    return seen.filter(account__in=visible.values("pk"))


def accounts_like(actor: Actor, text: str) -> AccountQuerySet:
    """Return the accounts whose name or API key is like that, as far as the person may know."""
    if sees_all(actor):
        known = Account.objects.filter(workspace=actor.workspace)
    else:
        known = Account.objects.visible_to(actor, Capability.AUDIT_VIEW)
    search = search_for(text)
    return known.matching(search.how, search.low, search.high)


def concerning(entries: EntryQuerySet, accounts: AccountQuerySet) -> EntryQuerySet:
    """Keep the entries about any of these accounts, also where they name them among others."""
    about_one = Q(account_id__in=accounts.values("pk"))
    kept: EntryQuerySet = entries.filter(about_one | Q(NamesAny(accounts), account_id=None))
    return kept


def latest_about(actor: Actor, account: Account, held: Mask) -> list[Line] | None:
    """Return what was done last to this account, in one query along an index.

    None where `held`, what the person holds on it, does not reach so far.
    """
    if not (sees_all(actor) or held & Capability.AUDIT_VIEW.bit):
        return None
    about = Entry.objects.of(actor.workspace).about([account.pk])
    if not sees_all(actor):
        about = about.named(ABOUT_ACCOUNTS.events)
    return [_line(each, actor) for each in about.newest_first()[:LATEST]]


def who_did(entry: Entry, reader: Actor) -> str:
    """Return who acted; only people's names are hidden, not that the product did it itself."""
    is_known = entry.actor_id in {None, reader.user.pk} or sees_names(reader)
    return entry.actor_label if is_known else SOMEBODY


def _line(entry: Entry, reader: Actor) -> Line:
    is_refused = entry.outcome == Entry.Outcome.REFUSED
    return Line(entry.at, who_did(entry, reader), entry.sentence, entry.target_label, is_refused)


class NamesAny(Func):
    """That one of the accounts that an entry names, as `"accounts"` in what is new, is of these."""

    conditional = True
    output_field = BooleanField()
    sql = "EXISTS (SELECT 1 FROM {named} WHERE named.value IN {keys})"

    def __init__(self, accounts: AccountQuerySet) -> None:
        super().__init__(F("new"), Subquery(accounts.values("api_key")))

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:  # noqa: ARG002 - Django's signature
        """Return the condition; no rows come of what is no list."""
        return self._compiled(compiler, "json_each({new}, '$.accounts') AS named")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:  # noqa: ARG002 - as above
        """Return the same; PostgreSQL fails on what is no list, so it is not asked then."""
        listed = "CASE jsonb_typeof({new} -> 'accounts') WHEN 'array' THEN {new} -> 'accounts' END"
        return self._compiled(compiler, f"jsonb_array_elements_text({listed}) AS named(value)")

    def _compiled(self, compiler: Any, named: str) -> tuple[str, list[Any]]:
        (new, _), (keys, params) = map(compiler.compile, self.get_source_expressions())
        return self.sql.format(named=named.format(new=new), keys=keys), list(params)


class NamesOnly(NamesAny):
    """That an entry names accounts and all of them are of these. The first other one decides."""

    sql = (
        "(EXISTS (SELECT 1 FROM {named})"
        " AND NOT EXISTS (SELECT 1 FROM {named} WHERE named.value NOT IN {keys}))"
    )
