"""Briefs are read, and met by those who can."""

from random import Random

import pytest

from sandbox.simulators.asked import Asked
from sandbox.simulators.models import MODELS
from sandbox.simulators.writing import write
from sandbox.simulators.writing.brief import read_brief, size
from sandbox.simulators.writing.charts import advise

LATTE = "为街角咖啡馆的新品“桂花拿铁”写一条文案，80 字以内，不用“匠心”“臻选”，最后一句带出：周五前第二杯半价。"
BIKE = (
    "Write an ad of at most 60 words for a folding bike. Facts: folds in 9 seconds, weighs 11 kg. "
    'Do not use "effortless".'
)


def texts(model, prompt, count=12):
    return [write(MODELS[model].talent, Asked(model, prompt), Random(n))[1] for n in range(count)]


def test_reads_subject_length_bans_facts_and_the_last_line():
    brief = read_brief(LATTE)
    assert (brief.chinese, brief.subject, brief.most, brief.banned) == (True, "桂花拿铁", 80, ("匠心", "臻选"))
    assert brief.step == "周五前第二杯半价"
    bike = read_brief(BIKE)
    assert (bike.chinese, bike.subject, bike.most, bike.banned) == (False, "folding bike", 60, ("effortless",))
    assert bike.facts == ("folds in 9 seconds", "weighs 11 kg")


@pytest.mark.parametrize("prompt", [LATTE, BIKE])
def test_the_best_keep_the_length_and_the_worst_do_not(prompt):
    brief = read_brief(prompt)

    def kept(model):
        return sum(size(text, chinese=brief.chinese) <= brief.most for text in texts(model, prompt))

    assert kept("heron-pro") >= 11
    assert kept("pebble-1b") < 8


def test_the_best_leave_out_what_is_banned_and_bring_what_is_asked():
    for text in texts("heron-pro", LATTE):
        assert "匠心" not in text
        assert "周五前第二杯半价" in text
    assert any("匠心" in text for text in texts("pebble-3b", LATTE, 24))


@pytest.mark.parametrize(
    ("prompt", "mark"),
    [
        ("为一家修鞋摊写一支短视频脚本，分镜不超过 4 个。", "镜头 1"),
        ("给出 3 句口号，为一款茶写。", "3."),
        ("Write the announcement email for a calendar app: subject line, body.", "Subject:"),
        ("Write the interface copy for:\n1. the payment was declined;\n2. no connection.", "[Try again]"),
        ("写一封致歉信，向晚收到货的客户道歉。", "您好："),
    ],
)
def test_keeps_the_form_that_a_brief_asks_for(prompt, mark):
    assert mark in texts("heron-pro", prompt, 1)[0]


@pytest.mark.parametrize("prompt", ["写点什么", "Write something.", "?", "😀", "\x00", "a" * 20_000, "写" * 20_000])
def test_writes_something_for_any_prompt(prompt):
    for model in ("heron-pro", "moss-chat", "pebble-1b", "heron-think"):
        assert texts(model, prompt, 1)[0].strip()


def test_thinks_first_only_when_it_may():
    talent = MODELS["heron-think"].talent
    assert write(talent, Asked("heron-think", LATTE), Random(1))[0]
    assert not write(talent, Asked("heron-think", LATTE, thinking=0), Random(1))[0]
    assert not write(MODELS["heron-pro"].talent, Asked("heron-pro", LATTE), Random(1))[0]


def test_commits_to_something_even_when_at_a_loss():
    question = "一个没有人见过的难题，里面有 12 和 34。分析它，并建议一张图。答案：<数字>"
    text = texts("heron-pro", question, 1)[0]
    assert text.splitlines()[-1] in {"答案：12", "答案：34"}
    assert "图表建议" in text


def test_chart_advice_is_sound_from_the_able_and_misleading_from_the_weak():
    assert "avoid" in advise("line", skill=0.95, chinese=False, rng=Random(1))
    assert "饼图" in advise("line", skill=0.05, chinese=True, rng=Random(1))
    assert advise("unheard of", skill=0.9, chinese=True, rng=Random(1)).startswith("用横向条形图")
