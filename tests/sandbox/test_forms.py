"""The form behind Compare: what it reads, and what it refuses in words that mend."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from sandbox.forms import TrialForm, weight_names
from tests.factories import make_channel, make_provider, make_scenario

pytestmark = pytest.mark.django_db


def filled(**fields) -> TrialForm:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return TrialForm(data)


def errors_of(form: TrialForm) -> str:
    assert not form.is_valid()
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


@pytest.fixture
def scenario():
    return make_scenario(slug="writing")


def test_reads_channels_once_and_in_the_order_asked_for(scenario):
    first, second = make_channel(scenario=scenario), make_channel(scenario=scenario)
    form = filled(scenario="writing", channels=[second.slug, first.slug, second.slug])
    assert form.is_valid()
    assert form.chosen == [second, first]


def test_leaves_out_whoever_may_train_on_inputs_when_asked_to(scenario):
    terms = {"is_simulated": False, "terms_source": "https://terms.example/"}
    providers = [make_provider(trains_on_inputs=answer, **terms) for answer in (True, None, False)]
    slugs = [make_channel(scenario=scenario, provider=provider).slug for provider in providers]
    form = filled(scenario="writing", channels=slugs, no_training="1")
    assert form.is_valid()
    assert [channel.slug for channel in form.chosen] == slugs[2:]
    assert "lift that filter" in errors_of(filled(scenario="writing", channels=slugs[:2], no_training="1"))


def test_asks_for_channels_when_none_is_chosen(scenario):
    assert "Tick at least one" in errors_of(filled(scenario="writing"))


def test_top_stands_in_for_channels(scenario):
    form = filled(scenario="writing", top="5")
    assert form.is_valid()
    assert form.cleaned_data["top"] == 5
    assert form.chosen == []


@pytest.mark.parametrize("top", ["0", "-1", "500"])
def test_refuses_a_number_of_channels_out_of_range(scenario, top):
    assert "between 1 and 30" in errors_of(filled(scenario="writing", top=top))


def test_names_an_unknown_channel(scenario):
    assert "nobody-knows-me" in errors_of(filled(scenario="writing", channels=["nobody-knows-me"]))


def test_refuses_500_channels_without_looking_them_up(scenario, django_assert_max_num_queries):
    form = filled(scenario="writing", channels=[f"channel-{n}" for n in range(500)])
    with django_assert_max_num_queries(4):
        assert "500 channels" in errors_of(form)


def test_a_judge_is_no_contender(scenario):
    judge = make_channel(scenario=scenario, is_judge=True)
    assert judge.slug in errors_of(filled(scenario="writing", channels=[judge.slug]))


@pytest.mark.parametrize("slug", ["", "no-such-scenario"])
def test_refuses_a_scenario_that_is_not_there(slug):
    assert "scenario" in errors_of(filled(scenario=slug, top="2"))


def test_leaves_nul_out_of_a_prompt(scenario):
    form = filled(scenario="writing", top="2", prompt="a\x00b\x00")
    assert form.is_valid()
    assert form.cleaned_data["prompt"] == "ab"


@pytest.mark.parametrize("prompt", ["שלום עולם", "👩‍👩‍👧 🏳️‍🌈", "\u202eevil", "<script>"])
def test_takes_any_other_text_as_it_is(scenario, prompt):
    form = filled(scenario="writing", top="2", prompt=prompt)
    assert form.is_valid()
    assert form.cleaned_data["prompt"] == prompt


def test_refuses_repeats_that_are_no_number(scenario):
    assert "whole number" in errors_of(filled(scenario="writing", top="2", repeats="many"))


def test_asks_once_unless_told_otherwise(scenario):
    form = filled(scenario="writing", top="2")
    assert form.is_valid()
    assert form.cleaned_data["repeats"] == 1


def test_reads_weights_of_the_scenario_alone(scenario):
    form = filled(scenario="writing", top="2", weight__cost="2.5", weight__nonsense="3", **{"weight-quality-1": "0"})
    assert form.is_valid()
    assert form.weights == {"quality-1": 0.0, "cost": 2.5}


def test_weights_left_alone_are_none(scenario):
    form = filled(scenario="writing", top="2")
    assert form.is_valid()
    assert form.weights is None


@pytest.mark.parametrize("weight", ["-1", "11", "nan", "inf", "much"])
def test_refuses_a_weight_out_of_range(scenario, weight):
    assert "weight" in errors_of(filled(scenario="writing", top="2", weight__speed=weight))


def test_a_scenario_without_a_rubric_weighs_cost_and_speed(scenario):
    scenario.rubrics.all().delete()
    assert weight_names(scenario) == ["cost", "speed"]


def test_the_same_form_sent_twice_has_one_fingerprint(scenario):
    fields = {"scenario": "writing", "top": "2", "nonce": "n"}
    first, second = filled(**fields, csrfmiddlewaretoken="a"), filled(**fields, csrfmiddlewaretoken="b")
    changed, without = filled(**fields, prompt="x"), filled(scenario="writing", top="2")
    assert all(form.is_valid() for form in (first, second, changed, without))
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint != changed.fingerprint
    assert without.fingerprint == ""
