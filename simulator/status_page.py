"""The page for people on the admin port: plain HTML and forms, no script."""

from html import escape
from typing import Any

from simulator.fault_kinds import FAULTS
from simulator.faults import Faults
from simulator.records import Account
from simulator.state import State
from simulator.store import Entry

SHOWN = 50  # accounts, and entries of the ledger
Row = tuple[object, ...]


def account_shown(account: Account) -> dict[str, Any]:
    """Return what may be seen of an account, as JSON content; amounts are texts, in EUR."""
    funds = account.funds
    return {
        "api_key": account.api_key,
        "name": account.name,
        "shared": funds is None,
        "balance": None if funds is None else format(funds.balance, "f"),
        "credit_limit": None if funds is None else format(funds.credit_limit, "f"),
        "suspended": account.suspended,
        "created_at": account.created_at.isoformat(),
        "secrets": [secret.id for secret in account.secrets],
    }


def render(state: State, faults: Faults) -> str:
    """Return the whole page."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulator</title>'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="stylesheet" href="/status.css">'
        f"<h1>Simulator</h1>{_sums(state)}{_broken(faults)}{_deeds(state)}"
        f"{_accounts(state)}{_ledger(state)}</html>"
    )


def _sums(state: State) -> str:
    totals, violations = state.ledger.totals(), state.ledger.violations()
    rows = [(name.replace("_", " "), format(value, "f")) for name, value in totals.items()]
    verdict = "".join(f"<li>{escape(v.invariant)}: {escape(v.found)}" for v in violations)
    books = f"<ul>{verdict}</ul>" if verdict else "<p>The books are in order.</p>"
    clock = f"<p>Its clock says {state.now().isoformat(timespec='seconds')}.</p>"
    return f"<section><h2>Money, EUR</h2>{_table(('sum', 'EUR'), rows)}{books}{clock}</section>"


def _broken(faults: Faults) -> str:
    rows: list[Row] = [
        (rule.fault, rule.method or "any", rule.path or "any", f"{rule.nth}, {rule.times} times")
        for rule in faults.rules
    ]
    if faults.share:
        rows.append(("by chance", "POST, lists", "any", f"{faults.share:.0%}"))
    if faults.refusing():
        rows.append(("credentials refused", "any", "any", "now"))
    heads = ("fault", "method", "path", "which")
    state = _table(heads, rows) if rows else "<p>Nothing is broken.</p>"
    kinds = "".join(
        f'<option value="{escape(name)}">{escape(name)}: {escape(fault.about)}</option>'
        for name, fault in FAULTS.items()
    )
    rule = (
        f'<label>Fault <select name="fault">{kinds}</select></label>'
        f"{_text('method', 'POST')}{_text('path', '/balance-transfers')}"
        f"{_text('nth', '1')}{_text('times', '1')}"
    )
    chance = f"{_text('share', '0.28')}{_text('seed', faults.seed)}"
    forms = (
        _form("/faults/rules", rule, "Break")
        + _form("/faults", chance, "Break by chance")
        + _form("/faults/mend", "", "Mend everything")
    )
    return f"<section><h2>Faults</h2>{state}{forms}</section>"


def _deeds(state: State) -> str:
    switches = state.switches
    who = _text("api_key", state.primary_key)
    money = f"{who}{_text('amount', '10.00')}"
    opened = "false" if switches.provisioned else "true"
    forms = (
        _form("/spend", money, "Spend")
        + _form("/pay", money, "Pay")
        + _form("/suspend", f"{_text('api_key', '')}{_text('suspended', 'true')}", "Suspend")
        + _form("/clock", _text("clock_offset", str(switches.clock_offset)), "Set clock, s")
        + _form("/tier", _text("max_subaccounts", str(switches.max_subaccounts)), "Set tier")
        + _form("/provision", _text("provisioned", opened), "Provision")
    )
    return f"<section><h2>Do</h2>{forms}</section>"


def _accounts(state: State) -> str:
    accounts = state.store.all(state.store.accounts)
    rows = [
        (
            account.api_key,
            account.name or "",
            "shared" if account.funds is None else format(account.funds.balance, "f"),
            "" if account.funds is None else format(account.funds.credit_limit, "f"),
            "suspended" if account.suspended else "",
        )
        for account in accounts[:SHOWN]
    ]
    heads = ("key", "name", "balance", "credit limit", "")
    head = f"<h2>Accounts: {len(accounts)}</h2>"
    return f"<section>{head}{_table(heads, rows)}{_more(len(accounts), '/accounts')}</section>"


def _ledger(state: State) -> str:
    after = max(state.version - SHOWN, 0)
    rows = [_entry(entry) for entry in reversed(state.ledger.entries(after=after))]
    heads = ("no.", "at", "what", "by", "changed")
    more = _more(state.version, f"/ledger?after={after}")
    return f"<section><h2>Ledger</h2>{_table(heads, rows)}{more}</section>"


def _entry(entry: Entry) -> Row:
    changed = ", ".join(f"{change.table} {change.key}" for change in entry.changes[:4])
    return entry.number, entry.at.isoformat(timespec="seconds"), entry.act, entry.by, changed


def _more(number: int, path: str) -> str:
    return f'<p><a href="{escape(path)}">All as JSON</a></p>' if number > SHOWN else ""


def _table(heads: tuple[str, ...], rows: "list[Any]") -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    cells = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _form(action: str, inside: str, button: str) -> str:
    return f'<form method="post" action="{action}">{inside}<button>{button}</button></form>'


def _text(name: str, value: str) -> str:
    label = name.replace("_", " ")
    return f'<label>{label} <input name="{name}" value="{escape(value)}"></label>'
