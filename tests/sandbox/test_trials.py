"""Opening a trial: refused with the mend, or laid out, paid for and rung for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings as site

from catalog.models import Listing
from marketplace.billing import ledger, purse, quotas
from marketplace.billing.models import Hold
from sandbox import tasks, trials
from sandbox.models import Answer, PromptSet, Trial
from sandbox.trials import OwnPrompt, Refused, open_trial, plan, suggest
from tests.factories import (
    make_channel,
    make_price,
    make_prompt,
    make_prompt_set,
    make_provider,
    make_scenario,
    make_trial,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def running_simulators(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"


@pytest.fixture
def rung(monkeypatch):
    bells = []
    monkeypatch.setattr(tasks, "ring", lambda *bell: bells.append(bell))
    return bells


@pytest.fixture
def scenario():
    scenario = make_scenario()
    make_prompt_set(scenario=scenario, prompts=8)
    return scenario


def channels(scenario, count=2, **overrides):
    return [make_channel(scenario=scenario, **overrides) for _ in range(count)]


def wish(scenario, **overrides):
    given = {"scenario": scenario, "channels": channels(scenario), "language": "en", "guest": "g" * 64}
    return {**given, **overrides}


def refusal(call, **wishes):
    with pytest.raises(Refused) as caught:
        call(**wishes)
    assert caught.value.message
    assert caught.value.mend
    assert not Trial.objects.exists()
    assert not Hold.objects.exists()
    return caught.value


def test_one_click_asks_six_of_the_prompts_of_every_channel(scenario, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        trial = open_trial(**wish(scenario))
    assert [contender.label for contender in trial.contenders.all()] == ["A", "B"]
    assert Answer.objects.of(trial).waiting().count() == 2 * 6
    assert trial.prompt_set.version == 1
    assert trial.is_simulated
    assert rung == [(trial.pk, "running")]


def test_the_ceiling_is_held_before_anything_is_sent(scenario, rung):
    trial = open_trial(**wish(scenario))
    held = Hold.objects.get(reference=trial.hold_reference)
    assert Decimal(held.amount_nano).scaleb(-9) == trial.ceiling > 0
    assert ledger.balance(purse.open_today(), "CNY") == site.PURSE_PER_DAY - trial.ceiling
    assert ledger.check() == []


def test_the_quote_is_what_is_held(scenario, rung):
    wishes = wish(scenario)
    quoted = plan(scenario=scenario, channels=wishes["channels"], language="en")
    assert open_trial(**wishes).ceiling == quoted.ceiling
    assert quoted.answers == 12


def test_the_prompts_of_a_day_do_not_change_within_it(scenario):
    first, again = (trials.house_prompts(scenario, "en") for _ in range(2))
    assert first == again
    assert len(first) == 6
    assert [prompt.position for prompt in first] == sorted(prompt.position for prompt in first)


def test_judges_are_part_of_the_ceiling(scenario, rung):
    wishes = wish(scenario)
    before = plan(scenario=scenario, channels=wishes["channels"], language="en").ceiling
    make_channel(is_judge=True, slug="a-judge")
    assert plan(scenario=scenario, channels=wishes["channels"], language="en").ceiling > before


def test_a_foreign_price_is_held_at_the_days_rate(scenario):
    from catalog.models import FxRate
    from tests.factories import SOME_DAY

    (channel,) = channels(scenario, 1, price=False)
    make_price(channel=channel, currency="USD", input=Decimal(2), output=Decimal(8))
    (domestic,) = channels(scenario, 1)
    FxRate.objects.create(base="USD", quote="CNY", rate=Decimal("7"), on=SOME_DAY, source="test")
    in_dollars, in_yuan = (
        plan(scenario=scenario, channels=[one], language="en").ceiling for one in (channel, domestic)
    )
    assert in_dollars == pytest.approx(in_yuan * 7, rel=Decimal("0.001"))


def test_an_unknown_price_holds_a_stated_sum_per_answer(scenario):
    wishes = channels(scenario, 1, price=False)
    assert plan(scenario=scenario, channels=wishes, language="en").ceiling == 6 * site.UNKNOWN_PRICE_HOLD


def test_a_visitors_own_prompts_are_a_private_set(scenario, rung):
    trial = open_trial(**wish(scenario, own=[OwnPrompt("Is 7 prime?", "yes"), OwnPrompt("  and\0 8? ")]))
    assert trial.prompt_set.is_own
    assert list(trial.prompt_set.prompts.values_list("text", "reference")) == [("Is 7 prime?", "yes"), ("and 8?", "")]


def test_blind_labels_give_nothing_away(scenario, rung):
    rows = channels(scenario, 12)
    orders = set()
    for _ in range(3):
        trial = open_trial(**wish(scenario, channels=rows, is_blind=True))
        orders.add(tuple(trial.contenders.order_by("label").values_list("channel", flat=True)))
    assert len(orders) > 1


def test_a_wished_weight_joins_the_rubrics(scenario, rung):
    trial = open_trial(**wish(scenario, weights={"cost": 0.5, "quality-1": 0}))
    assert trial.weights == {"quality-1": 0, "quality-2": 1.0, "cost": 0.5, "speed": 0.0}


@pytest.mark.parametrize("weights", [{"charm": 1.0}, {"cost": -1.0}, {"cost": 11.0}, {"quality-1": 0, "quality-2": 0}])
def test_refuses_weights_that_weigh_nothing_sensible(scenario, weights):
    assert refusal(open_trial, **wish(scenario, weights=weights)).field == "weights"


@pytest.mark.parametrize("repeats", [0, -1, 99])
def test_refuses_repeats_out_of_range(scenario, repeats):
    assert refusal(open_trial, **wish(scenario, repeats=repeats)).field == "repeats"


@pytest.mark.parametrize("text", ["", "   ", "\0\0", "\u200b\u2060", "\u202e"])
def test_refuses_an_empty_prompt(scenario, text):
    assert refusal(open_trial, **wish(scenario, own=[OwnPrompt(text)])).field == "prompts"


def test_refuses_a_prompt_of_a_megabyte(scenario):
    assert "20,000" in refusal(open_trial, **wish(scenario, own=[OwnPrompt("x" * 1_000_000)])).message


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "🦊🎉", "a\u2028b", "\u202eevil"])
def test_takes_prompts_in_any_script(scenario, rung, text):
    assert open_trial(**wish(scenario, own=[OwnPrompt(text)])).prompt_set.prompts.get().text == text


def test_refuses_too_many_prompts(scenario):
    assert refusal(open_trial, **wish(scenario, own=[OwnPrompt("a")] * 25)).field == "prompts"


def test_refuses_no_channel_and_too_many(scenario):
    assert refusal(open_trial, **wish(scenario, channels=[])).field == "channels"
    many = channels(scenario, 1) * 500
    assert "500" in refusal(open_trial, **wish(scenario, channels=many)).message


def test_refuses_more_answers_than_a_trial_holds(scenario, settings):
    settings.TRIAL_MAX_ANSWERS = 11
    assert "12" in refusal(open_trial, **wish(scenario)).message


def test_refuses_a_channel_of_another_scenario(scenario):
    stranger = make_channel(slug="stranger")
    assert "stranger" in refusal(open_trial, **wish(scenario, channels=[stranger])).message


def test_a_reference_of_ones_own_is_checked_by_rule_where_it_can_be(scenario):
    own = [OwnPrompt("17 × 23?", "391"), OwnPrompt("Who wrote it?", "Mary Shelley")]
    checks = [prompt.checks for prompt in trials.own_prompts(own, scenario, "en")]
    assert checks == [[{"rule": "number", "value": "391"}], []]


def test_refuses_a_channel_that_is_not_listed(scenario):
    (channel,) = channels(scenario, 1, listing=Listing.STAGED)
    assert refusal(open_trial, **wish(scenario, channels=[channel])).field == "channels"


def test_refuses_a_channel_that_is_only_listed(scenario):
    real = make_channel(scenario=scenario, provider=make_provider(is_simulated=False), base_url="https://a.example/v1")
    assert "Only listed" in refusal(open_trial, **wish(scenario, channels=[real])).message


def test_refuses_a_channel_whose_terms_rule_out_trials(scenario):
    strict = make_channel(
        scenario=scenario, provider=make_provider(allows_trials=False, terms_source="https://a.example")
    )
    assert "terms rule out trials" in refusal(open_trial, **wish(scenario, channels=[strict])).message
    assert strict not in suggest(scenario, top=5)


def test_refuses_to_mix_simulated_and_real(scenario):
    real = make_channel(scenario=scenario, provider=make_provider(is_simulated=False), base_url="https://a.example/v1")
    assert "share" in refusal(open_trial, **wish(scenario, channels=[*channels(scenario, 1), real])).message


def test_refuses_a_language_without_prompts(scenario):
    assert refusal(open_trial, **wish(scenario, language="zh")).field == "scenario"


def test_refuses_a_trial_the_purse_cannot_pay_for(scenario, settings):
    settings.PURSE_PER_DAY = Decimal("0.0001")
    with pytest.raises(ledger.OutOfCredit):
        open_trial(**wish(scenario))
    assert not Trial.objects.exists()
    assert quotas.left(subject=f"guest:{'g' * 64}", quota="trials", limit=site.GUEST_TRIALS_PER_DAY) == 40


def test_refuses_a_guest_whose_quota_is_used_up(scenario, settings, rung):
    settings.GUEST_TRIALS_PER_DAY = 1
    wishes = wish(scenario)
    open_trial(**wishes)
    with pytest.raises(quotas.OutOfQuota):
        open_trial(**wishes)
    assert Trial.objects.count() == 1
    assert PromptSet.objects.count() == 1


def test_suggests_simulated_channels_until_two_real_ones_are_live(scenario):
    simulated = {channel.slug for channel in channels(scenario, 3)}
    assert {channel.slug for channel in suggest(scenario, top=5)} == simulated


def test_suggests_the_best_evidence_first(scenario):
    from django.utils import timezone

    from catalog.models import Measurement

    worse, better, unmeasured = channels(scenario, 3)
    for channel, value in ((worse, 5.0), (better, 8.0)):
        Measurement.objects.create(
            channel=channel,
            scenario=scenario,
            metric="score",
            value=value,
            samples=6,
            report="r",
            measured_at=timezone.now(),
        )
    assert suggest(scenario, top=3) == [better, worse, unmeasured]
    assert suggest(scenario, top=1) == [better]


def test_judges_are_not_suggested(scenario):
    make_channel(scenario=scenario, is_judge=True)
    assert suggest(scenario, top=5) == []


def test_a_trial_is_stopped_once():
    trial = make_trial()
    assert trials.cancel_trial(trial)
    assert not trials.cancel_trial(trial)


def test_labels_go_on_after_z():
    assert trials.labels(28)[-3:] == ["Z", "AA", "AB"]


def test_a_set_without_prompts_is_refused():
    empty = make_scenario()
    make_prompt(prompt_set=make_prompt_set(scenario=empty, prompts=0), language="zh")
    assert refusal(open_trial, **wish(empty)).field == "scenario"
