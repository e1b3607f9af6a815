"""The ledger's rows can be added, never changed or removed: the database itself refuses.

On SQLite a later migration that alters this table rebuilds it and loses the triggers: run
``refuse`` again at its end (a test fails until then). Whoever owns the database can drop a
trigger; that is the one way, and it leaves a trace in the schema.
"""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE ON billing_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
    """
    CREATE TRIGGER ledger_is_never_shortened BEFORE DELETE ON billing_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION refuse_to_rewrite_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER ledger_is_never_changed BEFORE UPDATE OR DELETE ON billing_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_the_ledger()
    """,
    """
    CREATE TRIGGER ledger_is_never_emptied BEFORE TRUNCATE ON billing_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_ledger()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER ledger_is_never_changed", "DROP TRIGGER ledger_is_never_shortened"],
    "postgresql": [
        "DROP TRIGGER ledger_is_never_emptied ON billing_ledgerentry",
        "DROP TRIGGER ledger_is_never_changed ON billing_ledgerentry",
        "DROP FUNCTION refuse_to_rewrite_the_ledger()",
    ],
}


def refuse(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(refuse, allow)]
