"""From rows to calls: what is sent is what was held for, and what came is charged for, never more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from catalog.models import Credential
from sandbox import calling
from sandbox.models import Prompt
from sandbox.wire.adapters import ADAPTERS
from sandbox.wire.types import Outcome, Question
from tests.factories import make_channel, make_price, make_provider

pytestmark = pytest.mark.django_db
QUESTION = Question(text="Why?", system="Be brief.", max_output_tokens=800, thinking_tokens=500)
MILLION = Decimal(1_000_000)


@pytest.fixture(autouse=True)
def running_simulators(settings):
    settings.SIMULATORS_URL = "http://127.0.0.1:9"


def make_real(**overrides):
    provider = make_provider(is_simulated=False, is_local=overrides.pop("is_local", False))
    return make_channel(provider=provider, base_url="https://a.example/v1", **overrides)


def test_a_simulated_channel_is_called_at_the_simulators_with_no_secret():
    endpoint = calling.endpoint_of(make_channel(wire_name="sim", dialect={"temperature": False}))
    assert endpoint.base_url == "http://127.0.0.1:9/openai/v1"
    assert (endpoint.protocol, endpoint.model, endpoint.key) == ("openai", "sim", "simulated")
    assert endpoint.dialect == {"temperature": False}


def test_what_the_checks_found_out_is_kept_to():
    learned = {"rejected": ["temperature", "stream_options"], "dialect": {"max_tokens": "max_completion_tokens"}}
    channel = make_channel(protocol="openai", profile=learned)
    body = ADAPTERS["openai"].build(calling.keyless(channel), Question("hi", max_output_tokens=9, temperature=0))
    assert body.payload["max_completion_tokens"] == 9
    assert not {"temperature", "stream_options", "max_tokens"} & set(body.payload)
    assert set(body.dropped) == {"temperature", "stream_options"}
    assert calling.most_output(channel, Question("hi", max_output_tokens=9)) == 9


def test_what_we_were_told_outweighs_what_the_checks_found_out():
    learned = {"dialect": {"max_tokens": "max_completion_tokens"}}
    channel = make_channel(profile=learned, dialect={"max_tokens": "max_tokens"})
    assert calling.keyless(channel).dialect == {"max_tokens": "max_tokens"}


def test_a_real_channel_is_called_with_the_key_for_its_origin_alone():
    channel = make_real()
    assert calling.endpoint_of(channel).key == ""
    Credential.objects.create(provider=channel.provider, origin="https://a.example", secret="not-a-real-key")
    assert calling.endpoint_of(channel).key == "not-a-real-key"
    assert calling.keyless(channel).key == ""


def test_a_prompts_row_becomes_a_question():
    row = Prompt(text="Why?", system="Be brief.", max_output_tokens=9, thinking_tokens=7)
    assert calling.question_of(row) == Question("Why?", "Be brief.", 9, 7)


@pytest.mark.parametrize(
    ("protocol", "dialect", "most"),
    [
        ("openai", {}, 1_300),
        ("openai", {"thinking_least": 1024}, 1_824),
        ("openai", {"thinking": "reasoning_effort", "max_tokens": "max_completion_tokens"}, 1_300),
        ("openai", {"thinking": "enable_thinking"}, 1_300),
        ("openai", {"thinking": "reasoning", "thinking_least": 1024}, 1_824),
        ("anthropic", {"thinking": "budget"}, 1_824),
        ("anthropic", {}, 800),
        ("gemini", {"thinking": "budget", "thinking_least": 2048}, 2_848),
        ("gemini", {}, 1_300),
    ],
)
def test_the_most_that_may_come_back_is_what_the_wire_allows_on_that_channel(protocol, dialect, most):
    assert calling.most_output(make_channel(protocol=protocol, dialect=dialect), QUESTION) == most


def test_every_body_of_every_protocol_has_a_cap_that_the_ceiling_knows():
    for protocol, adapter in ADAPTERS.items():
        channel = make_channel(protocol=protocol)
        assert adapter.build(calling.keyless(channel), QUESTION).payload
        assert calling.most_output(channel, QUESTION) >= QUESTION.max_output_tokens


def ceiling(channel, fx=None):
    return calling.ceiling(QUESTION, channel, channel.prices.first(), fx or {})


def test_the_ceiling_counts_the_prompt_in_bytes_and_the_output_as_far_as_it_may_go():
    channel = make_channel(dialect={"thinking_least": 1024})
    tokens_in = len("Be brief.Why?") + calling.TEMPLATE_TOKENS
    assert ceiling(channel) == (2 * tokens_in + 8 * 1_824) / MILLION


def test_a_foreign_ceiling_is_rounded_up():
    channel = make_channel(price=False)
    make_price(channel=channel, currency="USD", input=Decimal("0"), output=Decimal("0.000001"))
    # 1,300 output tokens cost 0.0000000013 dollars, held as 0.000000002, which are 0.00000000066… here.
    assert ceiling(channel, {"USD": "0.33"}) == Decimal("0.000000001")


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_what_nobody_knows_holds_a_stated_sum(currency, settings):
    channel = make_channel(price=False)
    assert ceiling(channel) == settings.UNKNOWN_PRICE_HOLD
    make_price(channel=channel, currency=currency, output=Decimal(8) if currency == "EUR" else None)
    assert ceiling(channel) == settings.UNKNOWN_PRICE_HOLD


def charged(outcome, *, price=True, at_most="1", fx=None, **prices):
    channel = make_channel(price=False)
    row = make_price(channel=channel, **prices) if price else None
    return calling.cost_of(outcome, row, fx or {}, at_most=Decimal(at_most))


ANSWERED = Outcome(text="Because.", input_tokens=1_000_000, output_tokens=500_000)


def test_an_answer_costs_what_its_tokens_cost():
    assert charged(ANSWERED, at_most="9") == calling.Cost(Decimal(6), Decimal(6))


def test_cached_tokens_cost_what_the_cache_costs():
    outcome = Outcome(text="Because.", input_tokens=1_000_000, output_tokens=0, cached_tokens=500_000)
    assert charged(outcome, at_most="9", cache_read=Decimal("0.5")).charge == Decimal("1.25")


def test_a_foreign_price_is_charged_at_the_rate_frozen_in_the_trial():
    assert charged(ANSWERED, at_most="99", currency="USD", fx={"USD": "7"}) == calling.Cost(Decimal(6), Decimal(42))


def test_a_foreign_price_without_a_rate_has_a_cost_and_no_charge():
    assert charged(ANSWERED, currency="USD") == calling.Cost(Decimal(6), None)


def test_a_charge_never_exceeds_what_was_held():
    assert charged(ANSWERED, at_most="0.5") == calling.Cost(Decimal(6), Decimal("0.5"))


def test_nothing_delivered_costs_nothing():
    assert charged(Outcome(input_tokens=9, output_tokens=9)) == calling.Cost(Decimal(0), Decimal(0))


@pytest.mark.parametrize("outcome", [Outcome(text="x"), Outcome(reasoning="x", input_tokens=1), ANSWERED])
def test_an_unknown_price_or_count_is_an_unknown_cost_not_nothing(outcome):
    assert charged(outcome, price=outcome is not ANSWERED) == calling.Cost(None, None)
