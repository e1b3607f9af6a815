"""An edition changes with what it stands for, whoever writes it, and with nothing else."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, transaction

from catalog import editions
from catalog.models import Channel, Provider
from tests.factories import make_channel, make_measurement, make_scenario

PRIVATE = {
    "catalog_agreement",
    "catalog_api",
    "catalog_auditentry",
    "catalog_invitation",
    "catalog_membership",
    "catalog_submission",
}
pytestmark = pytest.mark.django_db


def test_changes_when_a_row_is_made_changed_or_deleted_without_any_model() -> None:
    channel = make_channel()
    seen = [editions.current().facts]
    Channel.objects.filter(pk=channel.pk).update(max_parallel=7)
    seen.append(editions.current().facts)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_provider SET homepage = 'https://new.example'")
    seen.append(editions.current().facts)
    channel.delete()
    seen.append(editions.current().facts)
    assert len(set(seen)) == 4


def test_keeps_what_is_for_sale_apart_from_what_was_measured() -> None:
    channel, scenario = make_channel(), make_scenario()
    before = editions.current()
    make_measurement(channel=channel, scenario=scenario)
    after = editions.current()
    assert after.facts == before.facts
    assert after.measured != before.measured


def test_is_as_it_was_when_the_change_is_rolled_back() -> None:
    make_channel()
    before = editions.current()
    with transaction.atomic():
        Provider.objects.update(homepage="https://never.example")
        transaction.set_rollback(True)
    assert editions.current() == before


def test_watches_every_table_of_the_catalogue_that_a_kept_page_shows() -> None:
    """Probes come every few minutes, and nobody keeps the status page; what only members see is shown to them alone."""
    watched = {table for tables in editions.WATCHED.values() for table in tables}
    models = apps.get_app_config("catalog").get_models(include_auto_created=True)
    assert {model._meta.db_table for model in models} - watched == {"catalog_edition", "catalog_probe", *PRIVATE}
