"""Sentences: what a report concludes, in words a layman can use."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from sandbox import wording
from sandbox.wire.types import Kind
from tests.sandbox.told import decided, facts, ranked

VALUES = {
    "channel": "cedar",
    "rival": "heron",
    "channels": ["heron"],
    "lead": 1.25,
    "low": 0.5,
    "high": 2.0,
    "n": 6,
    "needed": 6,
    "margin": 0.5,
    "dimension": "logic",
    "score": 8.1,
    "of": 2,
    "weight": "logic",
    "share": 0.55,
    "now": 0.25,
    "multiple": 2.9,
    "differ": 3,
    "reach": 0.84,
    "topic": "arithmetic",
}


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def say(code: str, **values) -> str:
    return wording.remark({"code": code, "values": {**VALUES, **values}}, wording.Names(facts()))


def test_a_clear_verdict_says_whom_to_choose_how_surely_and_at_what_cost():
    said = wording.recommendation(facts())
    assert said.plain == "Choose Cedar."
    assert said.headline == "Choose <em>Cedar</em>."
    assert "about 19 in 20" in said.sure
    assert said.costs == "It costs ¥0.42 per 100 answers; the runner-up, Heron, ¥1.10."


def test_a_tie_says_that_the_price_decides():
    said = wording.recommendation(facts(recommendation=decided(verdict="tie")))
    assert said.plain == "Too close to matter: take Cedar."
    assert "the price decides" in said.sure


def test_not_knowing_is_said_with_what_to_take_until_then():
    until = {"code": "take_until_then", "values": {"channel": "cedar"}}
    said = wording.recommendation(
        facts(recommendation=decided(verdict="cannot_tell", probability_best=0.7, reasons=[until]))
    )
    assert said.plain == "We cannot tell yet."
    assert said.sure.startswith("Until we can, take <em>Cedar</em>:")
    assert "about 7 in 10" in said.sure
    assert said.reasons == []


def test_nobody_leads_where_the_first_two_are_level():
    told = facts(own_prompts=True, recommendation=decided(verdict="cannot_tell"))
    told["ranking"][1]["value"] = told["ranking"][0]["value"]
    assert wording.recommendation(told).plain == "We cannot tell yet."


def test_a_ranking_on_ones_own_prompts_says_so():
    told = facts(own_prompts=True, recommendation=decided(verdict="cannot_tell"))
    assert wording.recommendation(told).plain == "Cedar leads on this prompt."
    told["prompts"] = told["prompts"] * 2
    assert wording.recommendation(told).plain == "Cedar leads on your prompts."


def test_nothing_scored_names_nobody():
    nobody = decided(verdict="cannot_tell", channel=None, runner_up=None, probability_best=None)
    said = wording.recommendation(facts(recommendation=nobody))
    assert (said.plain, said.sure, said.costs) == ("Nothing could be scored.", "", "")


def test_an_unknown_cost_is_said_to_be_unknown():
    told = facts(ranking=[ranked("cedar", cost=None), ranked("heron")])
    assert wording.recommendation(told).costs == "What it costs is unknown."
    told = facts(ranking=[ranked("cedar"), ranked("heron", cost=None)])
    assert wording.recommendation(told).costs == "It costs ¥0.42 per 100 answers."


def test_a_name_is_escaped_in_the_headline():
    told = facts(ranking=[ranked("cedar", name="<b>{x}</b>")])
    assert wording.recommendation(told).headline == "Choose <em>&lt;b&gt;{x}&lt;/b&gt;</em>."


def test_namesakes_are_told_apart_by_their_providers():
    rows = [ranked("a", name="Qwen", provider_name_en="One"), ranked("b", name="Qwen", provider_name_en="Two")]
    names = wording.Names(facts(ranking=rows))
    assert names.channel("a") == "Qwen (One)"
    assert names.channel("gone") == "gone"


def test_many_names_are_cut_short():
    assert wording.Names(facts()).channels(list("abcde")) == "a, b, c and 2 more"


def test_facts_are_read_in_the_readers_language():
    with override("zh-hans"):
        assert wording.Names(facts()).weight("logic") == "逻辑"
    assert wording.told({"title_zh": "只有中文", "title_en": ""}, "title") == "只有中文"


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "less than 1 in 20"),
        (0.1, "about 1 in 10"),
        (0.7, "about 7 in 10"),
        (0.9, "about 9 in 10"),
        (0.95, "about 19 in 20"),
        (1.0, "more than 19 in 20"),
    ],
)
def test_chances_are_said_as_people_say_them_and_never_certain(probability, words):
    assert wording.chance(probability) == words


@pytest.mark.parametrize("verdict", ["clear", "tie", "cannot_tell"])
def test_every_verdict_has_a_word(verdict):
    assert wording.verdict(verdict)


@pytest.mark.parametrize("code", wording.SENTENCES)
def test_every_reason_and_flip_is_a_whole_sentence(code):
    sentence = say(code)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "%(" not in sentence


def test_reasons_carry_their_figures():
    assert say("lead") == "Cedar leads Heron by 1.2 points of 10 on 6 prompts; between 0.5 and 2.0 is likely."
    assert "on 1 prompt; between" in say("lead", n=1)
    assert say("price") == "It would be Heron if Cedar cost 2.9 times as much."


def test_a_bound_that_rounds_to_nothing_has_no_sign():
    assert "between 0.0 and" in say("lead", low=-0.01)


def test_one_own_prompt_is_not_called_too_few_twice():
    reasons = [{"code": code, "values": {**VALUES, "n": 1}} for code in ("own_prompts", "too_few_prompts")]
    said = wording.recommendation(facts(recommendation=decided(verdict="cannot_tell", reasons=reasons)))
    assert len(said.reasons) == 1


def test_weights_are_raised_or_lowered():
    assert "55 % or more (now 25 %)" in say("weight")
    assert "10 % or less" in say("weight", share=0.1)


def test_a_lead_that_rounds_to_nothing_is_none():
    level = say("lead", lead=0.02, low=-1.2, high=1.24)
    assert level == "Cedar and Heron are level on 6 prompts; either may be up to 1.2 points of 10 better."


def test_a_weight_at_the_end_of_the_scale_is_said_in_words():
    assert say("weight", share=1.0).endswith("only “Logic” counted (now 25 %).")
    assert say("weight", share=0.0).endswith("“Logic” did not count (now 25 %).")


def test_more_prompts_are_a_range_or_a_word_of_resignation():
    assert say("more_prompts", low=26, high=86) == "About 20 to 80 more prompts would decide it."
    assert say("more_prompts", low=406, high=None) == "About 400 more prompts or beyond would decide it."
    assert say("more_prompts", low=32, high=507) == "About 25 to 550 more prompts would decide it."
    assert say("more_prompts", low=7, high=12) == "About 1 to 6 more prompts would decide it."
    assert "treat them as equal" in say("more_prompts", low=2000, high=None)


def test_more_prompts_have_a_price_where_it_is_known():
    span = say("more_prompts", low=26, high=86, cost_low="0.4", cost_high="1.6")
    assert span == "About 20 to 80 more prompts would decide it, for about ¥0.40 to ¥1.60."
    open_end = say("more_prompts", low=406, high=None, cost_low="8", cost_high=None)
    assert open_end == "About 400 more prompts or beyond would decide it, for ¥8.00 or more."


def test_too_few_differences_show_no_interval():
    assert say("few_differences") == (
        "Cedar leads Heron by 1.2 points of 10: too few differences (3 of 6 prompts) to say how far that may be off."
    )
    assert say("few_differences", lead=0.0).startswith(
        "Cedar and Heron are level: too few differences (3 of 6 prompts)"
    )


def test_a_topic_goes_by_its_prompts():
    told = facts(prompts=[{"slug": str(n), "title": f"Sum {n}", "topic": "arithmetic"} for n in range(2)])
    left_out = {"code": "topic", "values": {**VALUES, "channel": "heron"}}
    assert wording.remark(left_out, wording.Names(told)) == "It would be Heron without “Sum 0, Sum 1”."
    assert "without “arithmetic”" in say("topic")


def test_lost_scores_are_counted():
    assert say("missing_scores", n=1).startswith("Had the 1 score that we or a judge lost gone the other way, Heron")
    assert "the 3 scores" in say("missing_scores", n=3)


def test_one_own_prompt_and_several_are_told_apart():
    assert "this prompt alone" in say("own_prompts", n=1)
    assert "your 4 prompts" in say("own_prompts", n=4)


def test_advice_from_simulated_channels_says_that_it_is():
    advice = {"code": "scenario_advice", "values": VALUES}
    assert "(simulated)" in wording.remark(advice, wording.Names(facts()))
    assert "(simulated)" not in wording.remark(advice, wording.Names(facts(simulated=False)))


@pytest.mark.parametrize("kind", [*Kind])
def test_every_failure_says_what_happened_and_what_to_do(kind):
    assert wording.error(kind.value) != kind.value
    assert wording.mend(kind.value).endswith(".")


def test_failures_are_summed_up():
    assert wording.failures({"timeout": 2, "cut_off": 1}) == "2 × took too long, 1 × the answer broke off"
    assert wording.failures({}) == ""
    assert wording.error("unheard_of") == "unheard_of"
