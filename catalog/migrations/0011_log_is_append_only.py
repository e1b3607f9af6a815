"""A provider's log can be added to, never changed or shortened: the database itself refuses.

One change is allowed: where an account is deleted, entries lose the person: the actor, and names, which become GONE. On
SQLite a later migration that alters this table rebuilds it and loses the triggers: run ``refuse`` again at its end (a
test fails until then).
"""

import django.db.models.deletion
from django.db import migrations, models

GONE = "(deleted account)"
SAME = ("id", "provider_id", "action", "facts", "at")
NAMES = ("actor_name", "subject")


def forgets(same):
    """The condition under which a change only takes a person out; ``same`` is the database's null-safe equality."""
    kept = [f"OLD.{name} {same} NEW.{name}" for name in SAME]
    names = [f"(OLD.{name} {same} NEW.{name} OR NEW.{name} = '{GONE}')" for name in NAMES]
    return " AND ".join([*kept, *names, f"(OLD.actor_id {same} NEW.actor_id OR NEW.actor_id IS NULL)"])


SQLITE = [
    f"""
    CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON catalog_auditentry
    WHEN NOT ({forgets("IS")})
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
    """,
    """
    CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON catalog_auditentry
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION refuse_to_rewrite_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"""
    CREATE TRIGGER log_is_never_changed BEFORE UPDATE ON catalog_auditentry FOR EACH ROW
    WHEN (NOT ({forgets("IS NOT DISTINCT FROM")}))
    EXECUTE FUNCTION refuse_to_rewrite_the_log()
    """,
    """
    CREATE TRIGGER log_is_never_shortened BEFORE DELETE ON catalog_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_to_rewrite_the_log()
    """,
    """
    CREATE TRIGGER log_is_never_emptied BEFORE TRUNCATE ON catalog_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_log()
    """,
]
UNDO = {
    "sqlite": ["DROP TRIGGER log_is_never_changed", "DROP TRIGGER log_is_never_shortened"],
    "postgresql": [
        "DROP TRIGGER log_is_never_emptied ON catalog_auditentry",
        "DROP TRIGGER log_is_never_shortened ON catalog_auditentry",
        "DROP TRIGGER log_is_never_changed ON catalog_auditentry",
        "DROP FUNCTION refuse_to_rewrite_the_log()",
    ],
}


def refuse(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_price_stated")]
    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="provider",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="log",
                to="catalog.provider",
                verbose_name="provider",
            ),
        ),
        migrations.RunPython(refuse, allow),
    ]
