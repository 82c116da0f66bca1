import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction


@pytest.fixture(autouse=True)
def checkpoint_file(settings, tmp_path):
    settings.AUDIT_CHECKPOINT_FILE = tmp_path / "audit-checkpoints.log"
    return settings.AUDIT_CHECKPOINT_FILE


@pytest.fixture
def chain(workspace) -> str:
    return f"workspace:{workspace.pk}"


@pytest.fixture
def write(owner, workspace):
    """Write entries, each in a transaction of its own; return the last."""
    from audit.events import Event
    from audit.writing import record

    def run(number: int = 1, **fields):
        for turn in range(number):
            values = {"actor": owner, "workspace": workspace, "new": {"turn": turn}, **fields}
            with transaction.atomic():
                entry = record(Event.TAG_DEFINED, **values)
        return entry

    return run


@pytest.fixture
def tamper(triggers_lifted):
    """Run SQL as somebody who may do everything with the database."""

    def run(*statements: str) -> None:
        with triggers_lifted(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return run


@pytest.fixture
def verify(capsys):
    """Run `manage.py verify_audit`; return the exit code and the lines."""

    def run(**options) -> tuple[int, list[str]]:
        code = 0
        try:
            call_command("verify_audit", **options)
        except CommandError as error:
            code = error.returncode
        return code, capsys.readouterr().out.splitlines()

    return run


@pytest.fixture
def faults(verify):
    """Run `manage.py verify_audit`; return the faults, after a look at the exit code."""

    def run(**options) -> list[str]:
        code, lines = verify(**options)
        found = [line.removeprefix("FAULT ") for line in lines if line.startswith("FAULT ")]
        assert code == bool(found)
        return found

    return run
