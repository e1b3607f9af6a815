"""The index is that of the edition in force: built once for it, never used for another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.facets import facts
from catalog.kept import Kept
from catalog.models import AIModel, Listing, Provider
from catalog.search import documents, index
from tests import factories


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    index._held = Kept()
    yield
    index._held = Kept()


@pytest.mark.django_db
def test_is_built_once_and_again_when_a_row_changes() -> None:
    factories.make_channel(model=factories.make_model(slug="one"))
    first = index.current()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert index.current() is first
    assert len(asked) == 1
    AIModel.objects.filter(slug="one").update(name="Another name")
    second = index.current()
    assert second is not first
    assert [each.title[0] for each in second.documents if each.kind == "model"] == ["Another name"]


@pytest.mark.django_db
def test_takes_a_fixed_number_of_queries() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            index.build()
        return len(asked)

    factories.make_channel(scenario=factories.make_scenario())
    before = queries()
    for _ in range(3):
        factories.make_channel(scenario=factories.make_scenario())
    assert queries() == before <= 10


@pytest.mark.django_db
def test_a_provider_taken_off_the_list_while_it_is_built_takes_its_channels_along() -> None:
    stays, goes = factories.make_channel(), factories.make_channel()

    def take_off(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "catalog_aimodel"' in sql:  # after the channels were read, before the providers are
            Provider.objects.filter(pk=goes.provider_id).update(listing=Listing.SUSPENDED)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take_off):
        built, listed = index.build(), facts.read(timezone.localdate())
    assert [each.slug for each in built.offers] == [each.slug for each in listed.channels] == [stays.slug]


def test_two_who_come_at_once_build_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    waiting = threading.Barrier(2, timeout=10)

    def build() -> Any:
        built.append(object())
        return built[-1]

    def edition() -> Any:
        waiting.wait()
        return type("Editions", (), {"facts": "x"})

    monkeypatch.setattr(index, "build", build)
    monkeypatch.setattr(index.editions, "current", edition)
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(index.current())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert got == built * 2


def test_a_source_is_all_that_a_new_kind_needs() -> None:
    assert {source.__name__ for source in documents.SOURCES} == {"models", "providers", "scenarios", "articles"}
    assert index.KINDS[-1] == "channel"
