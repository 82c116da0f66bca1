"""What Django's model options cannot say: substring search, byte order, room for updates."""

from django.db import migrations

POSTGRESQL = [
    # Sorted by bytes: the same order as on SQLite, and an index on it serves beginnings too.
    'ALTER TABLE accounts_account ALTER COLUMN listing_key TYPE text COLLATE "C"',
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX account_search ON accounts_account USING gin (listing_key gin_trgm_ops)",
    # Room on each page, so that a changed balance stays on it and no index is touched.
    "ALTER TABLE accounts_balance SET (fillfactor = 50)",
]

SQLITE = [
    "CREATE VIRTUAL TABLE accounts_account_search USING fts5("
    "listing_key, content='accounts_account', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER account_search_added AFTER INSERT ON accounts_account BEGIN "
    "INSERT INTO accounts_account_search(rowid, listing_key) VALUES (new.id, new.listing_key); END",
    "CREATE TRIGGER account_search_removed AFTER DELETE ON accounts_account BEGIN "
    "INSERT INTO accounts_account_search(accounts_account_search, rowid, listing_key) "
    "VALUES ('delete', old.id, old.listing_key); END",
    "CREATE TRIGGER account_search_changed AFTER UPDATE OF listing_key ON accounts_account "
    "WHEN old.listing_key <> new.listing_key BEGIN "
    "INSERT INTO accounts_account_search(accounts_account_search, rowid, listing_key) "
    "VALUES ('delete', old.id, old.listing_key); "
    "INSERT INTO accounts_account_search(rowid, listing_key) VALUES (new.id, new.listing_key); END",
]


def forwards(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
