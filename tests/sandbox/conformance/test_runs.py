"""A channel's checks as rows: asked for once, made by one worker at a time, gone on with after a dead one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Channel
from catalog.refusals import Refused
from marketplace.billing.models import QuotaUse
from sandbox import conformance
from sandbox.conformance import runs, tasks
from sandbox.conformance.questions import SLUGS, VITAL
from sandbox.conformance.verdicts import Found, passed
from sandbox.models import ConformanceRun, Result, RunState
from tests.factories import make_channel, make_provider, make_user


@pytest.fixture
def rung(monkeypatch):
    """Bells that are only counted: the test is the worker."""
    bells = []
    monkeypatch.setattr(tasks, "ring", lambda run_id: bells.append(run_id) or True)
    return bells


@pytest.fixture
def channel(rung):
    return make_channel(
        provider=make_provider(is_simulated=True),
        base_url="/openai/v1",
        wire_name="heron-pro",
        calls_per_minute=100_000,
    )


@pytest.mark.django_db
def test_lays_out_every_check_and_rings(channel, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = conformance.start(channel, by=make_user())
    assert rung == [run.pk]
    assert [check.slug for check in run.checks.all()] == list(SLUGS)
    assert run.facts == {"base_url": "/openai/v1", "protocol": "openai", "wire_name": "heron-pro"}
    assert conformance.latest(channel) == run
    assert not conformance.conforms(run)


@pytest.mark.django_db
def test_a_second_press_finds_the_run_that_is_open(channel):
    first = conformance.start(channel, by=make_user())
    assert conformance.start(channel, by=make_user()) == first
    assert conformance.start(channel, by=None, kind="vital") == first


@pytest.mark.django_db
def test_the_site_itself_asks_a_few_and_has_no_quota(channel, settings):
    settings.CONFORMANCE_RUNS_PER_DAY = 0
    run = conformance.start(channel, by=None, kind="vital")
    assert [check.slug for check in run.checks.all()] == list(VITAL)
    assert conformance.latest(channel) is None
    assert conformance.latest(channel, kind="vital") == run


@pytest.mark.django_db
def test_refuses_more_runs_a_day_than_the_quota(channel, settings):
    settings.CONFORMANCE_RUNS_PER_DAY = 1
    conformance.start(channel, by=make_user())
    ConformanceRun.objects.all().delete()  # as with a draft that is taken back: what was used stays used
    with pytest.raises(Refused):
        conformance.start(channel, by=make_user())
    QuotaUse.objects.update(period="2026-01-01")
    conformance.start(channel, by=make_user())


@pytest.mark.django_db
def test_refuses_a_channel_without_a_key(rung):
    with pytest.raises(Refused) as refused:
        conformance.start(make_channel(provider=make_provider(is_simulated=False)), by=make_user())
    assert refused.value.field == "key"


def finish(run, **results):
    """As if every check had said ``pass``, but for ``results``."""
    for check in run.checks.all():
        check.result, check.finding = results.get(check.slug, "pass"), "good"
        check.save()
    ConformanceRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    run.refresh_from_db()


@pytest.mark.django_db
def test_makes_one_again_and_keeps_the_others_of_the_last_run(channel):
    first = conformance.start(channel, by=make_user())
    finish(first, tools="fail")
    again = conformance.start(channel, by=make_user(), only=["tools"])
    assert again != first
    assert [check.slug for check in again.checks.filter(result="")] == ["tools"]
    assert again.checks.filter(result="pass").count() == len(SLUGS) - 1


@pytest.mark.django_db
def test_makes_all_again_where_the_channel_has_changed(channel):
    finish(conformance.start(channel, by=make_user()))
    Channel.objects.filter(pk=channel.pk).update(wire_name="heron-lite")
    channel.refresh_from_db()
    again = conformance.start(channel, by=make_user(), only=["tools"])
    assert again.checks.filter(result="").count() == len(SLUGS)


@pytest.mark.django_db
def test_conforms_when_it_is_over_and_nothing_fails(channel):
    run = conformance.start(channel, by=None)
    finish(run, tools="warn", image="na")
    assert conformance.conforms(run)
    assert runs.is_current(run)
    finish(run, tools="fail")
    assert not conformance.conforms(run)


@pytest.mark.django_db
def test_only_the_lease_holder_writes(channel):
    run = conformance.start(channel, by=None)
    first = ConformanceRun.objects.take(run.pk)
    assert ConformanceRun.objects.take(run.pk) is None
    ConformanceRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = ConformanceRun.objects.take(run.pk)
    with pytest.raises(runs.Overtaken):
        runs.keep(first, Found("tls", passed()))
    with pytest.raises(runs.Overtaken):
        runs.keep_lease(first)
    assert not runs.close(first)
    runs.keep(second, Found("tls", passed()))
    runs.keep_lease(second)
    assert runs.close(second)
    assert not runs.close(second)


@pytest.mark.django_db
def test_gives_up_what_was_begun_too_often_and_what_is_too_late(channel, settings):
    run = conformance.start(channel, by=None)
    ConformanceRun.objects.update(fence=runs.MOST_TAKES)
    tasks.check_channel(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert {check.finding for check in run.checks.all()} == {"given_up"}
    late = conformance.start(channel, by=None)
    settings.CONFORMANCE_DEADLINE_S = 1
    Channel.objects.update(calls_per_minute=100_000)
    ConformanceRun.objects.filter(pk=late.pk).update(started_at=timezone.now() - timedelta(hours=1))
    tasks.check_channel(late.pk)
    assert {check.finding for check in late.checks.all()} == {"out_of_time"}
    tasks.check_channel(late.pk)  # a late bell does no harm


@pytest.mark.django_db
def test_the_reaper_rings_for_what_nobody_holds(channel, rung, monkeypatch):
    run = conformance.start(channel, by=None)
    assert tasks.reap() == 0
    ConformanceRun.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    rung.clear()
    assert tasks.reap() == 1
    assert rung == [run.pk]
    ConformanceRun.objects.take(run.pk)
    assert tasks.reap() == 0


@pytest.mark.django_db
def test_a_run_that_trips_over_our_own_fault_is_let_go(channel, monkeypatch):
    def fail(run):
        raise RuntimeError

    run = conformance.start(channel, by=None)
    monkeypatch.setattr(runs, "carry_out", fail)
    tasks.check_channel(run.pk)
    assert ConformanceRun.objects.unattended().filter(pk=run.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_makes_all_checks_of_a_simulated_channel_and_learns_its_profile(channel, worker):
    run = conformance.start(channel, by=None)
    tasks.check_channel(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    found = {check.slug: (check.result, check.finding) for check in run.checks.all()}
    assert {slug: what for slug, what in found.items() if what[0] not in ("pass", "na")} == {}
    assert conformance.conforms(run)
    channel.refresh_from_db()
    assert channel.profile["run"] == run.code
    assert channel.profile["rejected"] == []
    assert "temperature" in channel.profile["accepted"]
    plain = run.checks.get(slug="plain_answer")
    assert plain.result == Result.PASS
    assert "quick brown fox" in json.dumps(plain.exchanges)


@pytest.mark.django_db(transaction=True)
def test_the_next_worker_goes_on_with_what_a_dead_one_left(channel, worker):
    run = conformance.start(channel, by=None, kind="vital")
    dead = ConformanceRun.objects.take(run.pk)
    runs.keep(dead, Found("address", passed("by_the_dead")))
    ConformanceRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    tasks.check_channel(run.pk)
    assert run.checks.get(slug="address").finding == "by_the_dead"
    assert not run.checks.filter(result="").exists()


@pytest.mark.django_db
def test_refuses_a_check_that_there_is_not(channel):
    for kind, slug in (("full", "no-such-check"), ("vital", "tools")):
        with pytest.raises(Refused) as refused:
            conformance.start(channel, by=make_user(), kind=kind, only=[slug])
        assert refused.value.field == "only"
    assert not channel.conformance_runs.exists()


@pytest.mark.django_db
def test_what_was_learned_at_an_address_that_was_left_is_not_kept(channel):
    run = ConformanceRun.objects.take(conformance.start(channel, by=make_user()).pk)
    learned = Found("parameters", passed(), learned={"rejected": ["top_k"]})
    Channel.objects.filter(pk=channel.pk).update(base_url="/openai/v2")
    runs.keep(run, learned)
    channel.refresh_from_db()
    assert channel.profile == {}
