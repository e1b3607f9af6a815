"""When what catalogue pages show has changed: one stamp for what is for sale, one for what was measured.

Whatever is made from the rows and kept (a page, an index) is kept under the stamps that were read *before* the rows,
and is never used under others. Triggers change a stamp in the transaction that changes a row, whoever writes it, so a
reader sees both or neither. They are laid again after every migrate: SQLite drops a table's triggers when a migration
rebuilds the table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connections

from catalog.models import Edition

FACTS, MEASURED = "facts", "measured"
# Which tables each edition stands for; one that a page shows and that is not here is shown stale.
WATCHED: dict[str, tuple[str, ...]] = {
    FACTS: (
        "catalog_provider",
        "catalog_credential",
        "catalog_aimodel",
        "catalog_channel",
        "catalog_channel_scenarios",
        "catalog_price",
        "catalog_fxrate",
        "catalog_scenario",
        "catalog_rubric",
        "catalog_dimension",
        "catalog_sampleprompt",
        "catalog_article",
    ),
    MEASURED: ("catalog_measurement", "catalog_publicreport", "catalog_publicreport_channels"),
}


class Editions(NamedTuple):
    facts: str
    measured: str


def current() -> Editions:
    """The stamps in force: one query. Read them before the rows that they are to vouch for."""
    stamps = dict(Edition.objects.values_list("name", "stamp"))
    return Editions(stamps.get(FACTS, ""), stamps.get(MEASURED, ""))


def watch_tables(*, using: str, **_sent: Any) -> None:
    """Lays the triggers that are not there yet; after every migrate."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    if Edition._meta.db_table not in present:  # migrated back to before there were editions
        return
    statements = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}[connection.vendor]
    with connection.cursor() as cursor:
        for edition, tables in WATCHED.items():
            for table in tables:
                if table in present:
                    for statement in statements(edition, table):
                        cursor.execute(statement)


# Names of tables and editions are ours, so they need no quoting; a random stamp stays new even after a restored backup.
def _stamp(edition: str, random: str) -> str:
    return (
        f"INSERT INTO catalog_edition (name, stamp) VALUES ('{edition}', {random}) "  # noqa: S608
        "ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp;"
    )


def _on_sqlite(edition: str, table: str) -> list[str]:
    stamp = _stamp(edition, "hex(randomblob(16))")
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_{verb.lower()}_edition AFTER {verb} ON {table} BEGIN {stamp} END"
        for verb in ("INSERT", "UPDATE", "DELETE")
    ]


def _on_postgresql(edition: str, table: str) -> list[str]:
    stamp = _stamp(edition, "gen_random_uuid()")
    function = f"catalog_new_{edition}_edition"
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {stamp} RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    ]
