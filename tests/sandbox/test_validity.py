"""Until when a verdict is to be trusted follows from what is known on the day of the run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from sandbox import validity
from sandbox.models import Trial
from sandbox.recommend import Recommendation, Verdict
from tests.factories import make_price, make_trial
from tests.sandbox.told import facts

RAN_AT = datetime(2026, 11, 10, 20, 0, tzinfo=UTC)  # the 11th in Shanghai
RAN_ON = date(2026, 11, 11)


def decided(trial: Trial, *, runner_up: bool = True, chosen: bool = True) -> Recommendation:
    first, second, *_ = [contender.channel.slug for contender in trial.contenders.order_by("label")]
    return Recommendation(
        verdict=Verdict.CLEAR,
        channel=first if chosen else None,
        runner_up=second if runner_up else None,
        probability_best=0.9,
        expected_regret=0.0,
        scored_prompts=6,
        lead=1.0,
        reasons=[],
        flips_when=[],
        ranking=[],
    )


def until(trial: Trial, **chosen):
    return validity.valid_until(list(trial.contenders.order_by("label")), decided(trial, **chosen), RAN_AT)


@pytest.mark.django_db
def test_a_verdict_is_good_for_a_month_where_no_change_is_known():
    assert until(make_trial()) == {"on": "2026-12-11", "reason": "age", "channel": None, "days": 30}


@pytest.mark.django_db
def test_no_verdict_has_no_date():
    assert until(make_trial(), chosen=False) is None


@pytest.mark.django_db
def test_a_price_that_ends_sooner_ends_it():
    trial = make_trial()
    price = trial.contenders.get(label="B").price
    price.ends_on = RAN_ON + timedelta(days=5)
    price.save()
    assert until(trial) == {"on": "2026-11-16", "reason": "price", "channel": price.channel.slug, "days": 30}


@pytest.mark.django_db
def test_a_price_already_announced_ends_it():
    trial = make_trial()
    channel = trial.contenders.get(label="A").channel
    make_price(channel=channel, starts_on=RAN_ON + timedelta(days=9))
    assert until(trial)["on"] == "2026-11-20"


@pytest.mark.django_db
def test_a_price_of_neither_the_chosen_channel_nor_its_runner_up_ends_nothing():
    trial = make_trial(channels=3)
    make_price(channel=trial.contenders.get(label="C").channel, starts_on=RAN_ON + timedelta(days=9))
    make_price(channel=trial.contenders.get(label="A").channel, starts_on=RAN_ON + timedelta(days=90))
    assert until(trial)["reason"] == "age"


def test_says_until_when_and_why():
    ahead = date.today() + timedelta(days=3)  # noqa: DTZ011  # far from midnight by more than a zone
    told = {"on": ahead.isoformat(), "reason": "age", "channel": None, "days": 30}
    with override("en"):
        assert "after 30 days" in validity.sentence(facts(valid_until=told))
        price = {**told, "reason": "price", "channel": "cedar"}
        assert validity.sentence(facts(valid_until=price)).endswith("when the price of Cedar changes.")
        assert validity.sentence(facts(valid_until={**told, "on": "2020-01-01"})).startswith("Stale since")
        assert validity.sentence(facts(valid_until=None)) == ""
        assert validity.sentence(facts()) == ""
