"""Re-checks: who is asked when, and what failures and passes mean for a listing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from catalog import onboarding
from catalog.models import Channel, Listing, Probe
from catalog.refusals import Refused
from marketplace.portal.adding.keys import remove_key
from sandbox import rechecking, weighing
from sandbox.models import ConformanceRun, RunState
from sandbox.rechecking import Round
from sandbox.weighing import title_of
from tests.factories import make_channel
from tests.listings import join, make_listed, make_own_channel, make_run
from tests.people import make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BROKEN = ("plain_answer",)
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="a race that only PostgreSQL decides")


@pytest.fixture(autouse=True)
def _intervals(settings):
    settings.RECHECK_EVERY_S, settings.RECHECK_WHOLLY_EVERY_S = 3600, 7 * 24 * 3600
    settings.SUSPEND_AFTER_FAILURES, settings.SUSPEND_WINDOW_S, settings.RETURN_AFTER_PASSES = 3, 24 * 3600, 2


@pytest.fixture
def begun(monkeypatch):
    """The checks that were started: ``(channel's slug, kind)``; each is a run that waits."""
    found = []

    def begin(channel, kind):
        found.append((channel.slug, kind))
        ConformanceRun.objects.create(channel=channel, kind=kind)

    monkeypatch.setattr(rechecking, "begin", begin)
    return found


def listed_long_ago(**overrides) -> Channel:
    long_ago = timezone.now() - timedelta(days=30)
    with patch("django.utils.timezone.now", lambda: long_ago):
        return make_listed(**overrides)


def standing(channel: Channel) -> tuple[str, str]:
    channel.refresh_from_db()
    return channel.listing, channel.suspended_for


def weigh() -> None:
    weighing.weigh()
    weighing.weigh()  # whoever looks a second time changes nothing


# -- who is asked ---------------------------------------------------------------------------------


def test_asks_what_is_listed_or_suspended_and_has_waited_an_hour(begun):
    never, long_ago, lately, suspended = (listed_long_ago() for _ in range(4))
    make_run(long_ago, ago=2 * HOUR, kind="full")
    make_run(lately, ago=HOUR / 2)
    Channel.objects.filter(pk=suspended.pk).update(
        listing=Listing.SUSPENDED, suspended_for="failing", suspended_at=timezone.now()
    )
    make_run(suspended, ago=3 * HOUR, kind="full")
    make_own_channel()
    make_channel()
    for _ in range(5):
        Round().ask()
    assert begun == [(never.slug, "full"), (suspended.slug, "vital"), (long_ago.slug, "vital")]


def test_asks_a_few_at_a_time(begun, settings):
    for _ in range(4):
        listed_long_ago()
    assert Round().ask() == 1
    settings.RECHECK_EVERY_S = 60
    assert Round().ask() == 3


def test_checks_wholly_again_after_a_week(begun):
    channel = listed_long_ago()
    make_run(channel, ago=timedelta(days=8), kind="full")
    make_run(channel, ago=2 * HOUR)
    Round().ask()
    assert begun == [(channel.slug, "full")]


def test_an_open_run_is_waited_for(begun):
    channel = listed_long_ago()
    make_run(channel, ago=2 * HOUR, state=RunState.RUNNING, finished_at=None)
    assert Round().ask() == 0


def test_one_that_cannot_be_asked_does_not_hold_up_the_others(begun, monkeypatch):
    stuck, other = listed_long_ago(), listed_long_ago()
    begin = rechecking.begin

    def fail(channel, kind):
        if channel.pk == stuck.pk:
            raise Refused("key", "It is gone.", "Enter it.")
        begin(channel, kind)

    monkeypatch.setattr(rechecking, "begin", fail)
    one = Round()
    one.ask()
    one.ask()
    assert [slug for slug, _kind in begun] == [other.slug]


def test_none_is_asked_where_rechecks_are_switched_off(begun, settings):
    settings.RECHECK_EVERY_S = 0
    listed_long_ago()
    Round().look()
    assert begun == []


def test_the_round_is_a_thread_that_ends(monkeypatch):
    looked = threading.Event()
    monkeypatch.setattr(Round, "look", lambda self: looked.set())
    ended = rechecking.start()
    assert looked.wait(10)
    ended.set()


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_ask_a_channel_once(begun):
    channel = listed_long_ago()
    start = threading.Barrier(8, timeout=60)

    def run(_number):
        try:
            start.wait()
            return Round().ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(run, range(8))) == 1
    assert [slug for slug, _kind in begun] == [channel.slug]


# -- what it means --------------------------------------------------------------------------------


def test_one_failure_is_a_letter_and_no_more(django_capture_on_commit_callbacks):
    channel = listed_long_ago()
    owner = join(channel.provider)
    run = make_run(channel, failing=BROKEN)
    with django_capture_on_commit_callbacks(execute=True):
        weigh()
    assert standing(channel) == (Listing.LISTED, "")
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert run.code in mail.outbox[0].body
    assert str(title_of("plain_answer")) in mail.outbox[0].body


def test_as_many_failures_as_are_set_suspend_and_passes_in_a_row_bring_back(django_capture_on_commit_callbacks):
    channel = listed_long_ago()
    join(channel.provider)
    for hours in (5, 3, 1):
        make_run(channel, ago=hours * HOUR, failing=BROKEN)
    with django_capture_on_commit_callbacks(execute=True):
        weigh()
    assert standing(channel) == (Listing.SUSPENDED, "failing")
    assert len(mail.outbox) == 1
    Channel.objects.update(suspended_at=timezone.now() - HOUR / 2)
    make_run(channel, ago=HOUR / 3)
    weigh()
    assert standing(channel)[0] == Listing.SUSPENDED
    make_run(channel, ago=HOUR / 4, failing=BROKEN)
    make_run(channel, ago=HOUR / 5)
    weigh()
    assert standing(channel)[0] == Listing.SUSPENDED
    make_run(channel, ago=HOUR / 6)
    with django_capture_on_commit_callbacks(execute=True):
        weigh()
    assert standing(channel) == (Listing.LISTED, "")
    assert len(mail.outbox) == 2


def test_failures_from_before_it_came_back_do_not_count_again():
    channel = listed_long_ago()
    for hours in (5, 3, 1):
        make_run(channel, ago=hours * HOUR, failing=BROKEN)
    weigh()
    onboarding.bring_back(channel, by=make_user(is_staff=True))
    weigh()
    assert standing(channel) == (Listing.LISTED, "")


def test_checks_that_our_runner_gave_up_say_nothing():
    channel = listed_long_ago()
    for _ in range(3):
        run = make_run(channel, failing=BROKEN)
        run.checks.filter(slug="plain_answer").update(finding="given_up")
    weigh()
    assert standing(channel)[0] == Listing.LISTED
    onboarding.suspend(channel, by=None, reason="failing")
    Channel.objects.update(suspended_at=timezone.now() - HOUR)
    weigh()
    assert standing(channel)[0] == Listing.SUSPENDED


@pytest.mark.parametrize(
    "run",
    [
        {"ago": 30 * HOUR},
        {"failing": ("tools",)},
        {"state": RunState.FAILED},
        {"asked_by": "a member"},
    ],
    ids=["too long ago", "nothing essential", "broken off", "not asked by us"],
)
def test_what_does_not_count(run):
    channel = listed_long_ago()
    if "asked_by" in run:
        run = {**run, "asked_by": make_user()}
    for _ in range(2):
        make_run(channel, failing=BROKEN)
    make_run(channel, **{"failing": BROKEN, **run})
    weigh()
    assert standing(channel)[0] == Listing.LISTED


def test_when_all_providers_fail_at_once_it_is_us(django_capture_on_commit_callbacks):
    channels = [listed_long_ago() for _ in range(3)]
    join(channels[0].provider)
    for channel in channels:
        for hours in (3, 2, 1):
            make_run(channel, ago=hours * HOUR, failing=BROKEN)
    with django_capture_on_commit_callbacks(execute=True):
        weigh()
    assert [standing(channel)[0] for channel in channels] == [Listing.LISTED] * 3
    assert mail.outbox == []
    # It is over: the first that answer must not give the rest away.
    make_run(channels[0])
    make_run(channels[1])
    weigh()
    assert [standing(channel)[0] for channel in channels] == [Listing.LISTED] * 3


def test_one_of_many_that_fails_is_not_us():
    broken, *others = (listed_long_ago() for _ in range(3))
    for hours in (3, 2, 1):
        make_run(broken, ago=hours * HOUR, failing=BROKEN)
        for other in others:
            make_run(other, ago=hours * HOUR)
    weigh()
    assert standing(broken)[0] == Listing.SUSPENDED
    assert [standing(channel)[0] for channel in others] == [Listing.LISTED] * 2


def test_channels_of_one_provider_that_fail_together_are_no_excuse():
    one = listed_long_ago()
    other = listed_long_ago(provider=one.provider)
    for hours in (3, 2, 1):
        make_run(one, ago=hours * HOUR, failing=BROKEN)
        make_run(other, ago=hours * HOUR, failing=BROKEN)
    weigh()
    assert standing(one)[0] == standing(other)[0] == Listing.SUSPENDED


def test_a_failure_while_a_part_of_ours_was_away_does_not_count():
    channel = listed_long_ago()
    for hours in (3, 2, 1):
        make_run(channel, ago=hours * HOUR, failing=BROKEN)
    Probe.objects.create(subject=Probe.REDIS, ok=False, error="connect", at=timezone.now() - 2 * HOUR)
    weigh()
    assert standing(channel)[0] == Listing.LISTED


def test_what_an_operator_suspended_does_not_come_back_by_itself():
    channel = listed_long_ago()
    onboarding.suspend(channel, by=make_user(is_staff=True), reason="facts")
    for seconds in (1, 2, 3):
        make_run(channel, ago=timedelta(seconds=-seconds))
    weigh()
    assert standing(channel) == (Listing.SUSPENDED, "facts")


def test_checks_that_its_own_people_start_do_not_put_off_ours(begun):
    channel = listed_long_ago()
    make_run(channel, ago=2 * HOUR, kind="full")
    make_run(channel, ago=HOUR / 2, kind="full", asked_by=make_user())
    Round().ask()
    assert begun == [(channel.slug, "vital")]


def test_whose_key_was_deleted_is_off_the_list_and_comes_back_after_passes(django_capture_on_commit_callbacks):
    channel = make_listed()
    owner = join(channel.provider)
    with django_capture_on_commit_callbacks(execute=True):
        remove_key(channel.api, by=owner)
    assert standing(channel) == (Listing.SUSPENDED, "keyless")
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert "took back the key" in mail.outbox[0].body
    make_run(channel)
    weigh()
    assert standing(channel) == (Listing.SUSPENDED, "keyless")
    make_run(channel)
    weigh()
    assert standing(channel) == (Listing.LISTED, "")
