"""Entries and checkpoints are added, never changed or removed; a chain is not removed either.

Held by the database, so that no line of the product and no console can do it by mistake.
SQLite loses the triggers of a table that a later migration alters (it makes the table anew): such
a migration has to put them back, and tests/audit/test_append_only.py says so if it does not.
"""

from django.db import migrations

ACTIONS = {
    "audit_entry": ("UPDATE", "DELETE"),
    "audit_checkpoint": ("UPDATE", "DELETE"),
    "audit_chain": ("DELETE",),
}
REFUSAL = "the audit book is append-only"


def names():
    for table, actions in ACTIONS.items():
        for action in actions:
            yield table, action, f"{table}_no_{action.lower()}"


def add_on_sqlite(execute):
    for table, action, name in names():
        execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def remove_on_sqlite(execute):
    for _, _, name in names():
        execute(f"DROP TRIGGER {name}")


def add_on_postgresql(execute):
    execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table, action, name in names():
        execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        )
    for table in ACTIONS:
        execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )


def remove_on_postgresql(execute):
    execute("DROP FUNCTION audit_refuse() CASCADE")


def add(apps, schema_editor):
    on = {"sqlite": add_on_sqlite, "postgresql": add_on_postgresql}
    on[schema_editor.connection.vendor](schema_editor.execute)


def remove(apps, schema_editor):
    on = {"sqlite": remove_on_sqlite, "postgresql": remove_on_postgresql}
    on[schema_editor.connection.vendor](schema_editor.execute)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
