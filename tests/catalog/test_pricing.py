"""Prices: unknown stays unknown, a ceiling holds, nothing is ever negative."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing import Rates, Tier, blended, ceiling, convert, cost

prices = st.decimals(min_value=0, max_value=1000, places=6)
maybe = st.none() | prices
tokens = st.integers(min_value=0, max_value=2_000_000)
tiers = st.builds(
    Tier, above=st.integers(min_value=0, max_value=1_000_000), input=prices, output=prices, cache_read=maybe
)


@st.composite
def known_rates(draw):
    return Rates(
        currency="USD",
        input=draw(prices),
        output=draw(prices),
        cache_read=draw(maybe),
        tiers=tuple(draw(st.lists(tiers, max_size=3, unique_by=lambda tier: tier.above))),
    )


def usd(**prices):
    return Rates(currency="USD", **{part: Decimal(price) for part, price in prices.items()})


def test_charges_each_part_per_million_tokens():
    assert cost(usd(input="3", output="15"), input_tokens=1000, output_tokens=200) == Decimal("0.006")


def test_cached_tokens_cost_the_cache_price():
    rates = usd(input="3", output="15", cache_read="0.3")
    assert cost(rates, input_tokens=1000, output_tokens=0, cached_tokens=400) == Decimal("0.00192")


def test_cached_tokens_cost_the_input_price_where_the_cache_price_is_unknown():
    rates = usd(input="3", output="15")
    assert cost(rates, input_tokens=1000, output_tokens=0, cached_tokens=400) == Decimal("0.003")


def test_a_cache_price_of_zero_is_free():
    rates = usd(input="3", output="15", cache_read="0")
    assert cost(rates, input_tokens=1000, output_tokens=0, cached_tokens=1000) == 0


@pytest.mark.parametrize(("prompt", "expected"), [(200_000, "0.2"), (200_001, "0.400002"), (500_001, "2.000004")])
def test_a_prompt_above_a_tier_pays_that_tier_for_everything(prompt, expected):
    rates = Rates(
        currency="USD",
        input=Decimal(1),
        output=Decimal(5),
        tiers=(
            Tier(above=500_000, input=Decimal(4), output=Decimal(9)),
            Tier(above=200_000, input=Decimal(2), output=Decimal(7)),
        ),
    )
    assert cost(rates, input_tokens=prompt, output_tokens=0) == Decimal(expected)


@pytest.mark.parametrize("rates", [Rates(currency="USD"), usd(input="1"), usd(output="1")])
def test_an_unknown_price_gives_an_unknown_cost(rates):
    assert cost(rates, input_tokens=10, output_tokens=10) is None
    assert ceiling(rates, input_tokens=10, output_tokens=10) is None
    assert blended(rates) is None


def test_a_part_that_was_not_used_needs_no_price():
    assert cost(usd(input="2"), input_tokens=1_000_000, output_tokens=0) == 2
    assert ceiling(usd(input="2"), input_tokens=1_000_000, output_tokens=0) == 2


def test_a_ceiling_within_reach_of_an_unpriced_tier_is_unknown():
    rates = Rates(currency="USD", input=Decimal(1), output=Decimal(1), tiers=(Tier(above=100, input=Decimal(2)),))
    assert ceiling(rates, input_tokens=100, output_tokens=1) is not None
    assert ceiling(rates, input_tokens=101, output_tokens=1) is None


def test_absurd_counts_are_read_as_the_nearest_sensible_ones():
    rates = usd(input="3", output="15", cache_read="0.3")
    assert cost(rates, input_tokens=-5, output_tokens=-7, cached_tokens=9) == 0
    assert cost(rates, input_tokens=1000, output_tokens=0, cached_tokens=5000) == Decimal("0.0003")
    assert cost(rates, input_tokens=1000, output_tokens=0, cached_tokens=-1) == Decimal("0.003")
    assert ceiling(rates, input_tokens=-5, output_tokens=-7) == 0


def test_a_ceiling_is_rounded_up_and_a_cost_to_the_nearest():
    rates = usd(input="0.000001", output="0")
    assert cost(rates, input_tokens=1, output_tokens=0) == 0
    assert ceiling(rates, input_tokens=1, output_tokens=0) == Decimal("0.000000001")


def test_blends_three_parts_input_to_one_part_output():
    assert blended(usd(input="1", output="5")) == 2


def test_converts_at_a_rate_and_rounds_up_on_request():
    assert convert(Decimal("2"), Decimal("7.25")) == Decimal("14.5")
    assert convert(Decimal("0.000000001"), Decimal("1.1")) == Decimal("0.000000001")
    assert convert(Decimal("0.000000001"), Decimal("1.1"), up=True) == Decimal("0.000000002")


@pytest.mark.parametrize(("amount", "rate"), [(None, Decimal(7)), (Decimal(1), None)])
def test_what_is_unknown_cannot_be_converted(amount, rate):
    assert convert(amount, rate) is None


@given(rates=known_rates(), most_in=tokens, most_out=tokens, data=st.data())
def test_no_usage_within_a_ceiling_costs_more(rates, most_in, most_out, data):
    used_in = data.draw(st.integers(min_value=0, max_value=most_in))
    used_out = data.draw(st.integers(min_value=0, max_value=most_out))
    cached = data.draw(st.integers(min_value=0, max_value=used_in))
    paid = cost(rates, input_tokens=used_in, output_tokens=used_out, cached_tokens=cached)
    most = ceiling(rates, input_tokens=most_in, output_tokens=most_out)
    assert 0 <= paid <= most
    rate = data.draw(st.decimals(min_value="0.01", max_value=100, places=6))
    assert convert(paid, rate) <= convert(most, rate, up=True)


@given(rates=known_rates(), fewer=st.tuples(tokens, tokens), extra=st.tuples(tokens, tokens))
def test_a_wider_ceiling_is_never_lower(rates, fewer, extra):
    narrow = ceiling(rates, input_tokens=fewer[0], output_tokens=fewer[1])
    wide = ceiling(rates, input_tokens=fewer[0] + extra[0], output_tokens=fewer[1] + extra[1])
    assert 0 <= narrow <= wide


@given(rates=known_rates(), prompt=tokens, output=tokens, extra=tokens)
def test_a_longer_answer_never_costs_less(rates, prompt, output, extra):
    shorter = cost(rates, input_tokens=prompt, output_tokens=output)
    assert shorter <= cost(rates, input_tokens=prompt, output_tokens=output + extra)


@given(price=prices, dearer=prices, prompt=tokens, extra=tokens)
def test_a_longer_prompt_never_costs_less_where_tiers_get_dearer(price, dearer, prompt, extra):
    tier = Tier(above=1000, input=price + dearer, output=price)
    rates = Rates(currency="USD", input=price, output=price, tiers=(tier,))
    assert cost(rates, input_tokens=prompt, output_tokens=9) <= cost(
        rates, input_tokens=prompt + extra, output_tokens=9
    )


@given(rates=st.builds(Rates, currency=st.just("CNY"), input=maybe, output=maybe, cache_read=maybe), used=tokens)
def test_a_known_ceiling_means_a_known_cost(rates, used):
    if ceiling(rates, input_tokens=used, output_tokens=used) is not None:
        assert cost(rates, input_tokens=used, output_tokens=used, cached_tokens=used // 2) is not None
