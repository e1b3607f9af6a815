"""A report on paper: real text in both languages, the same words as its page, and no mischief from any of them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from sandbox.paper import document, press
from tests.sandbox.told import answered, decided, facts, ranked

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
LANGUAGES = ["en", "zh-hans"]


def whole(**overrides: Any) -> dict[str, Any]:
    """Facts with everything that a worker freezes."""
    call = {"provider": "p", "wire_name": "cedar-1", "upstream_models": ["cedar-1"], "price": None, "sent": {}}
    values = {
        "scenario": {"slug": "s", "title_zh": "深度思考", "title_en": "Deep thought"},
        "started_at": "2026-11-28T03:00:00+00:00",
        "finished_at": "2026-11-28T04:00:00+00:00",
        "state": "done",
        "repeats": 1,
        "valid_until": {"on": "2999-12-28", "reason": "age", "channel": None, "days": 30},
        "answers": [answered(slug, grades={"logic": 9.0}) for slug in ("cedar", "heron")],
        "judges": {
            "prompt_version": "v1",
            "used": [{"channel": "j", "name": "Judge J", "maker": "m", "shares_maker": True, "simulated": True}],
            "left_out": [{"channel": "k", "name": "Judge K", "reason": "panel_full"}],
        },
        "topics": [
            {"topic": topic, "prompts": 1, "scores": {"cedar": 9.0, "heron": None}} for topic in ("logic", "rates")
        ],
        "graders": [
            {"dimension": "logic", "grader": "rule", "judge": None, "scores": {"cedar": {"value": 9.0, "n": 1}}}
        ],
        "manifest": {"channels": {"cedar": call, "heron": call}, "fx": {"USD": "7.1"}, "ceiling": "1", "spent": "0.02"},
    }
    return facts(**{**values, **overrides})


def printed(told: dict[str, Any], *, language: str = "en", **more: Any) -> PdfReader:
    with override(language):
        pdf = press.print_pdf(document.lay_out(told, **more), printed_at=NOW)
    return PdfReader(io.BytesIO(pdf))


def text_of(reader: PdfReader) -> str:
    """All of its text without the line breaks that only the paper's width makes."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_chinese_is_real_text_that_can_be_selected_and_searched():
    reader = printed(whole(), language="zh-hans")
    text = text_of(reader).replace(" ", "")
    for words in ("试金石", "深度思考", "逻辑", "2999年12月28日"):
        assert words in text
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_english_says_what_the_page_says():
    text = text_of(printed(whole(), address="https://touchstone.example/en/reports/c0de/"))
    for words in ("Choose Cedar.", "Take", "Runner-up", "Heron", "¥1.10", "Good until", "Judge J", "Judge K"):
        assert words in text
    for words in ("[7.1, 8.9]", "logic puzzles", "cedar-1", "https://touchstone.example/en/reports/c0de/", "c0de"):
        assert words in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_that_the_channels_are_simulated_and_which_page_it_is(language):
    many = [ranked(f"channel-{n}") for n in range(30)]
    answers = [answered(row["channel"], grades={}) for row in many]
    calls = whole()["manifest"]["channels"]["cedar"]
    manifest = {**whole()["manifest"], "channels": {row["channel"]: calls for row in many}}
    decided_now = decided(channel="channel-0", runner_up="channel-1")
    told = whole(ranking=many, answers=answers, recommendation=decided_now, manifest=manifest)
    pages = printed(told, language=language).pages
    assert len(pages) > 2
    with override(language):
        from django.utils.translation import gettext

        simulated = gettext("simulated")
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert simulated in text.splitlines()[0] + text.splitlines()[1]
        assert str(number) in text


def test_a_real_comparison_says_nothing_of_simulation():
    real = [ranked("cedar", simulated=False), ranked("heron", simulated=False)]
    judges = {"prompt_version": "", "used": [], "left_out": []}
    text = text_of(printed(whole(simulated=False, ranking=real, judges=judges)))
    assert "simulated" not in text
    assert "Scored by rule alone" in text


@pytest.mark.parametrize(
    "title",
    [
        '#import "x": *',
        "$ x $ #panic()",
        "\\u{1F600} *bold* _it_ `code`",
        "x" * 80,
        "שלום 👩‍👩‍👧 \u202e",
        "half \ud800",
        "<svg>",
    ],
)
def test_a_prompts_title_is_text_and_never_markup(title):
    prompt = {"slug": "one", "title": title, "text": title, "system": "", "reference": "", "language": "en"}
    text = text_of(printed(whole(prompts=[prompt])))
    if title.isascii():
        assert title in text


def test_an_empty_report_can_be_printed():
    nothing = decided(channel=None, runner_up=None, probability_best=None, lead=None, verdict="cannot_tell")
    unscored = {"score": None, "low": None, "high": None, "cost": None, "ttft_ms_p50": None, "dimensions": {}}
    told = whole(
        state="failed",
        recommendation=nothing,
        ranking=[ranked("cedar", **unscored)],
        answers=[answered("cedar", grades={}, state="failed")],
        topics=[],
        graders=[],
        valid_until=None,
        finished_at=None,
    )
    text = text_of(printed(told))
    assert "Nothing could be scored." in text
    assert "did not get to its end" in text


def test_pairs_are_printed_where_judges_compared_them():
    counts = {"judge": "j", "wins": 4, "losses": 1, "ties": 1, "flips": 1, "unread": 0}
    text = text_of(printed(whole(pairs={"left": "cedar", "right": "heron", "judges": [counts]})))
    assert "Cedar won" in text
    assert "Judge J 4 1 1 1" in text


def test_the_same_report_gives_the_same_document():
    with override("en"):
        first, second = (press.print_pdf(document.lay_out(whole()), printed_at=NOW) for _ in range(2))
    assert first == second


def test_many_prompts_are_set_below_each_other():
    slugs = [f"p{n}" for n in range(20)]
    prompts = [{"slug": slug, "title": f"Title {slug}", "text": "t", "language": "en"} for slug in slugs]
    answers = [answered(c, prompt=slug, grades={"logic": 5.0}) for c in ("cedar", "heron") for slug in slugs]
    text = text_of(printed(whole(prompts=prompts, answers=answers)))
    assert "Prompt 20" in text
    assert "20. Title p19" in text
