"""No view reaches rows of a workspace around the policy (AZ-1).

Read in the syntax tree of every view. A query on accounts begins with `visible_to`; one on anything
else that belongs to somebody stands in a function that keeps to the actor's own workspace.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "account_settings",
    "accounts",
    "api_secrets",
    "pricing",
    "remote_events",
    "phone_numbers",
    "statements",
    "subaccounts",
    "teams",
    "topups",
    "usage",
    "log_search",
    "dashboard",
)
FEWEST_FILES = 15
FEWEST_QUERIES = 8

MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
RAW = {"raw", "cursor", "get_model", "extra"}

EXCUSED = {
    "accounts/views/of_member.py:_reached": "of a member whom roster.visible_member found",
    "teams/views/joining.py:_page": "the promises of the invitation whose token the session holds",
    "teams/views/membership.py:_waiting": "of a member whom roster.visible_member found",
    "teams/views/workspaces.py:settings": "the actor's own workspace, read anew to be edited",
}


def tenant_models() -> set[str]:
    """Return the names of the models whose rows belong to workspaces, and of those themselves."""
    found = [
        model
        for app in (
            "account_settings",
            "accounts",
            "api_secrets",
            "operations",
            "phone_numbers",
            "pricing",
            "remote_events",
            "statements",
            "subaccounts",
            "teams",
            "topups",
            "usage",
            "log_search",
            "audit",
        )
        for model in apps.get_app_config(app).get_models()
    ]
    return {model.__name__ for model in found} - {"Installation", "SetupLink"}


def faults_in(source: str, models: set[str], name: str = "sample") -> Iterator[tuple[str, str]]:
    """Yield where and what, for each query that goes around the policy."""
    tree = ast.parse(source)
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if id(node) not in inside and (found := fault_of(node, models, {})):
            yield f"{name}:(module)", found
    for function in functions:
        chained = parents(function)
        for node in ast.walk(function):
            found = fault_of(node, models, chained)
            if found and not (found.startswith("a query") and keeps_to_own(function)):
                yield f"{name}:{function.name}", found


def parents(function: ast.FunctionDef) -> dict[int, ast.AST]:
    """Return the attribute that is taken of each expression."""
    return {id(node.value): node for node in ast.walk(function) if isinstance(node, ast.Attribute)}


def fault_of(node: ast.AST, models: set[str], chained: dict[int, ast.AST]) -> str:
    """Return what is wrong with this one piece of syntax, or nothing."""
    if is_manager(node, models):
        taken = getattr(chained.get(id(node)), "attr", "")
        model = node.value.id
        if taken == "visible_to":
            return ""
        return "accounts without visible_to" if model == "Account" else f"a query on {model}"
    if isinstance(node, ast.Call):
        called = node.func
        called_as = getattr(called, "attr", getattr(called, "id", ""))
        if called_as in SHORTCUTS and names_model(node.args[:1], models):
            return f"{called_as} on all rows"
        if called_as in RAW and isinstance(called, ast.Attribute):
            return f"{called_as} asks the database itself"
    return ""


def is_manager(node: ast.AST, models: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in MANAGERS
        and isinstance(node.value, ast.Name)
        and node.value.id in models
    )


def names_model(arguments: list[ast.expr], models: set[str]) -> bool:
    return any(isinstance(each, ast.Name) and each.id in models for each in arguments)


def keeps_to_own(function: ast.FunctionDef) -> bool:
    """Return whether the function filters by the workspace of the actor."""
    own = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and ends_in_actors_workspace(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        keyword.arg == "workspace"
        and (
            ends_in_actors_workspace(keyword.value)
            or (isinstance(keyword.value, ast.Name) and keyword.value.id in own)
        )
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"filter", "get"}
        for keyword in node.keywords
    )


def ends_in_actors_workspace(value: ast.expr) -> bool:
    text = ast.unparse(value)
    return text == "actor.workspace" or text.endswith(".actor.workspace")


def views() -> list[Path]:
    found = [path for name in PACKAGES for path in (ROOT / name).glob("views/**/*.py")]
    return [path for path in found if path.name != "__init__.py"]


def test_no_view_goes_around_the_policy():
    models, found = tenant_models(), []
    files = views()
    for path in files:
        name = str(path.relative_to(ROOT))
        found += faults_in(path.read_text(), models, name)
    assert len(files) >= FEWEST_FILES
    assert {"Account", "Member", "Grant", "Entry", "Workspace", "User"} <= models
    assert [fault for fault in found if fault[0] not in EXCUSED] == []
    assert EXCUSED.keys() <= {where for where, _ in found}, "an excuse that nobody needs"


def test_walk_met_the_queries_that_it_judges():
    trees = [ast.parse(path.read_text()) for path in views()]
    met = [node for tree in trees for node in ast.walk(tree) if is_manager(node, tenant_models())]
    assert len(met) >= FEWEST_QUERIES


@pytest.mark.parametrize(
    "body",
    [
        "Account.objects.filter(workspace=request.actor.workspace)",
        "Account.objects.all()",
        "Account._default_manager.get(pk=pk)",
        "rows = Account.objects\n    rows.filter(pk=1)",
        "Member.objects.get(pk=pk)",
        "Member.objects.filter(workspace=request.POST['workspace'])",
        "Member.objects.filter(workspace=workspace)",
        "workspace = found.workspace\n    Member.objects.filter(workspace=workspace)",
        "Workspace.objects.get(slug=slug)",
        "User._base_manager.all()",
        "get_object_or_404(Grant, pk=pk)",
        "get_list_or_404(Account)",
        "connection.cursor()",
        "Entry.objects.raw('SELECT 1')",
        "apps.get_model('accounts', 'Account')",
        "Account.objects.filter(pk=1).visible_to(actor, C)",
    ],
)
def test_query_around_the_policy_is_found(body):
    assert list(faults_in(f"def view(request, pk):\n    {body}\n", tenant_models()))


def test_query_outside_of_functions_is_found():
    assert list(faults_in("everybody = Member.objects.all()\n", tenant_models()))


@pytest.mark.parametrize(
    "body",
    [
        "Account.objects.visible_to(request.actor, C).filter(pk=1)",
        "Member.objects.filter(workspace=request.actor.workspace)",
        "Member.objects.filter(workspace=actor.workspace, pk=pk)",
        "workspace = request.actor.workspace\n    Mirror.objects.filter(workspace=workspace)",
        "get_object_or_404(visible, pk=pk)",
        "request.actor.workspace.tags.all()",
    ],
)
def test_query_that_starts_at_the_actor_is_fine(body):
    assert not list(faults_in(f"def view(request, pk):\n    {body}\n", tenant_models()))
