"""What was asked for never changes, and neither steps nor operations are ever removed.

Held by the database, so that no line of the product and no console can do it by mistake.
SQLite loses the triggers of a table that a later migration alters (it makes the table anew): such
a migration has to put them back, and tests/operations/test_promises.py says so if it does not.
"""

from django.db import migrations

STEPS = "operations_transition"
OPERATIONS = "operations_operation"
ASKED = (
    "workspace_id",
    "kind",
    "from_key",
    "to_key",
    "amount",
    "wanted",
    "made_by_id",
    "form_token",
    "reference",
    "supersedes_id",
    "created_at",
)
REFUSAL = "what was asked of Vonage stays as it was asked"


def conditions(distinct):
    """Yield table, name, action and condition of each trigger."""
    other = " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in ASKED)
    # An account that is made gets its row afterwards, once.
    moved = f"OLD.account_id IS NOT NULL AND NEW.account_id {distinct} OLD.account_id"
    yield STEPS, "steps_stay", "UPDATE", ""
    yield STEPS, "steps_are_kept", "DELETE", ""
    yield OPERATIONS, "operations_are_kept", "DELETE", ""
    yield OPERATIONS, "operations_stay", "UPDATE", f"WHEN ({other} OR ({moved}))"


def add_on_sqlite(execute):
    for table, name, action, condition in conditions("IS NOT"):
        execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def add_on_postgresql(execute):
    execute(
        "CREATE FUNCTION operations_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table, name, action, condition in conditions("IS DISTINCT FROM"):
        execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            f"FOR EACH ROW {condition} EXECUTE FUNCTION operations_refuse()"
        )


def remove_on_sqlite(execute):
    for _, name, _, _ in conditions("IS NOT"):
        execute(f"DROP TRIGGER {name}")


def remove_on_postgresql(execute):
    execute("DROP FUNCTION operations_refuse() CASCADE")


def add(apps, schema_editor):
    on = {"sqlite": add_on_sqlite, "postgresql": add_on_postgresql}
    on[schema_editor.connection.vendor](schema_editor.execute)


def remove(apps, schema_editor):
    on = {"sqlite": remove_on_sqlite, "postgresql": remove_on_postgresql}
    on[schema_editor.connection.vendor](schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
