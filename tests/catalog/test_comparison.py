"""What a comparison says: differences, the best of a row where that means something, and which may share a trial."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from catalog import comparison, facts
from catalog.comparison import HIGH, LOW, Cell, Group, Row
from catalog.models import FxRate
from tests import factories
from tests.catalog.test_views import make_live, make_real_channel

pytestmark = pytest.mark.django_db


def row_of(*values, better=LOW):
    return Row("a fact", [Cell(str(value), value, value) for value in values], better)


def test_the_lowest_or_highest_is_best_and_equals_share_it():
    assert row_of(3, 1, 2).best == {1}
    assert row_of(3, 1, 3, better=HIGH).best == {0, 2}


def test_who_reads_the_same_as_the_best_shares_it():
    sizes = [("64K", 64_000), ("128K", 128_000), ("128K", 131_072)]
    assert Row("a fact", [Cell(text, size, size) for text, size in sizes], HIGH).best == {1, 2}
    assert not Row("a fact", [Cell(text, size, size) for text, size in sizes[1:]], HIGH).best


@pytest.mark.parametrize("row", [row_of(1, 1), row_of(1, 2, None), row_of(1, 2, better="")])
def test_nothing_is_best_among_equals_beside_an_unknown_or_without_a_direction(row):
    assert not row.best


def test_an_unknown_is_no_difference_but_may_hide_one():
    assert row_of(1, 2, None).differs
    assert not row_of(1, 1, None).differs
    assert row_of(1, 1, None).may_differ
    assert not row_of(None, None).may_differ


def test_only_differences_leaves_out_what_is_the_same_or_unknown_of_all():
    rows = [row_of(1, 1), row_of(None, None), row_of(1, None), row_of(1, 2)]
    assert comparison.narrowed([Group("g", rows), Group("h", rows[:2])]) == [Group("g", rows[2:])]


def test_a_wish_names_each_channel_once_and_six_at_most():
    wish = comparison.read_wish(["a", " a ", "", "b\x00", *(str(number) for number in range(9))])
    assert wish.slugs == ["a", "b", "0", "1", "2", "3"]
    assert wish.left_out == 5


def rows(*channels):
    with translation.override("en"):
        groups = facts.groups(comparison.look_up([channel.slug for channel in channels]))
    # "Input" is a price first and what a model reads later.
    return {row.label: row for group in reversed(groups) for row in group.rows}


def test_sizes_that_read_the_same_are_no_difference():
    models = [factories.make_model(context_window=size) for size in (128_000, 131_072)]
    sizes = rows(*[factories.make_channel(model=model) for model in models])["Context"]
    assert [cell.text for cell in sizes.cells] == ["128K", "128K"]
    assert not sizes.differs
    assert not sizes.best


def test_prices_in_two_currencies_are_compared_at_the_newest_rate():
    FxRate.objects.create(base="USD", quote="CNY", rate=Decimal(7), on=date(2026, 11, 1), source="a bank")
    dear, cheap = make_real_channel(price=False), make_real_channel(price=False)
    factories.make_price(channel=dear, currency="USD", input=Decimal(1), output=Decimal(1), basis="community")
    factories.make_price(channel=cheap, input=Decimal(5), output=Decimal(7), basis="community")
    found = rows(dear, cheap)
    assert found["Input"].best == {1}
    assert found["Input"].cells[0].note == "≈ ¥7.00"
    assert not rows(dear, cheap)["Cached input"].differs


def test_a_price_that_cannot_be_converted_names_no_best():
    dear, cheap = make_real_channel(price=False), make_real_channel()
    factories.make_price(channel=dear, currency="EUR", basis="community")
    assert not rows(dear, cheap)["3:1 blend"].best


def test_a_score_is_best_only_when_its_interval_stands_apart():
    scenario = factories.make_scenario()
    one, two = make_real_channel(), make_real_channel()
    factories.make_measurement(channel=one, scenario=scenario, value=8, low=7.6, high=8.4)
    factories.make_measurement(channel=two, scenario=scenario, value=7, low=6.6, high=7.4)
    assert rows(one, two)["Score of 10"].best == {0}
    factories.make_measurement(channel=two, scenario=scenario, value=7.5, low=6.6, high=8.4, samples=9)
    assert not rows(one, two)["Score of 10"].best


def test_a_handful_of_answers_makes_nobody_faster():
    scenario = factories.make_scenario()
    one, two = make_real_channel(), make_real_channel()
    for channel, value in ((one, 200), (two, 300)):
        factories.make_measurement(channel=channel, scenario=scenario, metric="ttft_ms", value=value, samples=6)
    assert rows(one, two)["First words, median"].differs
    assert not rows(one, two)["First words, median"].best
    for channel, value in ((one, 200), (two, 300)):
        factories.make_measurement(channel=channel, scenario=scenario, metric="ttft_ms", value=value, samples=24)
    assert rows(one, two)["First words, median"].best == {0}


def test_simulated_beside_real_is_never_better_and_shares_no_trial():
    scenario = factories.make_scenario()
    real, simulated = make_real_channel(scenario=scenario), factories.make_channel(scenario=scenario)
    make_live(real)
    factories.make_price(channel=simulated, input=Decimal("0.01"), output=Decimal("0.01"), starts_on=date(2026, 11, 2))
    compared = comparison.look_up([real.slug, simulated.slug])
    assert compared.is_mixed
    assert not any(row.best for row in rows(real, simulated).values())


def test_a_trial_is_shared_in_the_scenario_that_most_serve(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    few, many = factories.make_scenario(), factories.make_scenario()
    channels = [factories.make_channel(scenario=many) for _ in range(3)]
    channels[0].scenarios.add(few)
    channels[1].scenarios.add(few)
    trial = comparison.shared_trial(comparison.look_up([channel.slug for channel in channels]).items)
    assert trial.scenario == many
    assert trial.slugs == [channel.slug for channel in channels]
    assert comparison.shared_trial(comparison.look_up([channels[0].slug]).items) is None


def test_a_closed_scenario_is_no_reason_to_meet(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:1"
    closed = factories.make_scenario(is_open=False)
    slugs = [factories.make_channel(scenario=closed).slug for _ in range(2)]
    assert comparison.shared_trial(comparison.look_up(slugs).items) is None
