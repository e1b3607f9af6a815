"""The status page says what probes found; what nobody asked is unknown, never well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from catalog import status
from catalog.kept import Kept
from catalog.models import Probe
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(status, "_found", Kept())


def probe(subject="database", *, ok=True, ago=timedelta(0), ms=3.0):
    at = timezone.now() - ago
    return Probe.objects.create(subject=subject, ok=ok, ms=ms if ok else None, error="" if ok else "connect", at=at)


def all_well(**more):
    for subject in status.OWN_PARTS:
        probe(subject, **more)


def part(subject):
    found = status.now()
    return next(each for each in [*found.own, *found.providers, *found.simulated] if each.subject == subject)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "No probe has run yet"), ("zh-hans", "试金石")], ids=["en", "zh"]
)
def test_before_the_first_probe_nothing_is_green(language, said):
    page = Client().get(f"/{language}/status/").content.decode()
    assert said in page
    assert "state--done" not in page
    assert "bar__cell--ok" not in page


def test_all_parts_that_answer_make_it_green():
    all_well()
    assert status.now().overall == "ok"


def test_one_that_does_not_answer_is_said_first():
    all_well()
    probe("redis", ok=False)
    found = status.now()
    assert found.overall == "fault"
    assert part("redis").state == "fault"
    assert "A part of this site does not answer" in Client().get("/en/status/").content.decode()


def test_old_probes_say_nothing_about_now():
    all_well(ago=timedelta(hours=2))
    assert status.now().overall == "unknown"
    assert part("database").hours.whole.asked == 1


def test_shares_count_what_was_asked_and_never_round_up_to_all():
    at = timezone.now() - timedelta(days=2)
    Probe.objects.bulk_create(Probe(subject="database", ok=True, at=at) for _ in range(999))
    probe(ok=False, ago=timedelta(days=2))
    probe(ok=False, ago=timedelta(hours=1))
    days, hours = part("database").days, part("database").hours
    assert (days.whole.asked, days.whole.percent) == (1001, "99.8 %")
    assert (hours.whole.asked, hours.whole.percent) == (1, "0 %")
    assert [cell.state for cell in days.cells].count("some") == 1
    assert days.whole.share == 999 / 1001


def test_what_lies_before_the_span_does_not_count():
    probe(ago=timedelta(days=31))
    assert part("database").days.whole.asked == 0
    assert part("database").days.whole.share is None


def test_hours_in_which_nobody_asked_are_counted_from_the_first_on():
    probe(ago=timedelta(hours=5))
    probe()
    assert part("database").hours.blanks == 4


def test_providers_and_the_simulated_fleet_stand_apart():
    factories.make_provider(slug="good", is_simulated=False, name_en="Good")
    for subject in ("provider:good", "provider:gone", "simulators"):
        probe(subject)
    found = status.now()
    assert [each.title for each in found.providers] == ["Good"]
    assert [each.subject for each in found.simulated] == ["simulators"]
    assert found.overall == "unknown"  # they say nothing about our own parts


def test_the_page_takes_few_queries_and_is_kept_by_nobody(django_assert_max_num_queries):
    factories.make_provider(slug="good", is_simulated=False)
    all_well()
    probe("provider:good")
    with django_assert_max_num_queries(6):
        response = Client().get("/en/status/")
    assert "no-store" in response["Cache-Control"]


def test_machines_get_the_same():
    all_well()
    probe("worker", ok=False)
    response = Client().get("/api/v1/status/")
    body = response.json()
    assert "no-store" in response["Cache-Control"]
    assert body["state"] == "fault"
    worker = next(each for each in body["own"] if each["subject"] == "worker")
    assert (worker["state"], worker["error"], worker["ms"]) == ("fault", "connect", None)
    assert worker["last_24_hours"] == {"asked": 2, "answered": 1, "share": 0.5}


def test_the_database_refuses_probes_that_contradict_themselves():
    from django.db import IntegrityError, transaction

    for wrong in ({"ok": True, "error": "connect"}, {"ok": False, "error": ""}, {"ok": True, "ms": -1.0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Probe.objects.create(subject="x", at=timezone.now(), **wrong)


def test_months_of_probes_are_counted_once_until_another_comes(django_assert_max_num_queries):
    all_well()
    assert part("database").hours.whole.asked == 1
    with django_assert_max_num_queries(2):
        status.now()
    probe(ok=False)
    assert (part("database").state, part("database").hours.whole.asked) == ("fault", 2)
