"""What an owner hides is in nothing that anybody can read, whoever quotes it; what is not hidden stays."""

from __future__ import annotations

import io
import json

import pytest
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from sandbox import exports, redaction
from sandbox.models import Answer, Prompt, Report, TrialState
from tests.factories import make_prompt_set, make_scenario, make_trial
from tests.sandbox.told import answered, facts

QUESTION = "What would our secret merger with Acme cost us in the second quarter?"
CHINESE = "我们与某公司的秘密合并在第二季度要花多少钱？"
ANSWER = "About twelve million, since the lawyers are paid twice."


def told(text=QUESTION, *, answer=ANSWER, **answer_fields):
    prompt = {"slug": "own-1", "title": text[:40], "text": text, "system": "", "reference": "", "language": "en"}
    answers = [answered("cedar", prompt="own-1", text=answer, **answer_fields), answered("heron", prompt="own-1")]
    return facts(prompts=[prompt], answers=answers)


def test_nothing_is_changed_where_nothing_is_hidden():
    report = Report(code="c0de", facts=told())
    assert redaction.shown(report) is report.facts


def test_a_hidden_prompt_is_gone_and_its_answers_stay():
    bare = redaction.redact(told(), prompts=True, answers=False)
    assert bare["prompts"] == [
        {"title": "", "text": "", "system": "", "reference": "", "language": "en", "slug": "prompt-1"}
    ]
    assert {answer["prompt"] for answer in bare["answers"]} == {"prompt-1"}
    assert bare["answers"][0]["text"] == ANSWER
    assert bare["hidden"] == ["prompts"]
    assert QUESTION[:20] not in json.dumps(bare)


@pytest.mark.parametrize("text", [QUESTION, CHINESE, "Why us?"])
def test_an_answer_that_quotes_a_hidden_prompt_is_withheld(text):
    quoting = f"You ask:\n{text.replace(' ', '  ')}\nWell, it depends."
    first, second = redaction.redact(told(text, answer=quoting), prompts=True, answers=False)["answers"]
    assert (first["text"], first["withheld"]) == ("", "quotes_prompt")
    assert (second["text"], second["withheld"]) == ("42", "")


def test_half_a_sentence_of_a_prompt_is_a_quotation_and_a_word_is_none():
    half = redaction.redact(told(answer="Your secret merger with Acme, then."), prompts=True, answers=False)
    word = redaction.redact(told(answer="The merger will cost a lot."), prompts=True, answers=False)
    assert half["answers"][0]["withheld"]
    assert not word["answers"][0]["withheld"]


def test_hidden_answers_keep_their_figures_and_grades_and_lose_every_word():
    answer = told(reasoning="Let me see, twelve", error_detail="upstream said twelve", chart={"svg": "<svg>12</svg>"})
    first = redaction.redact(answer, prompts=False, answers=True)["answers"][0]
    assert (first["text"], first["reasoning"], first["error_detail"]) == ("", "", "")
    assert (first["ttft_ms"], first["charge"], first["withheld"]) == (212.0, "0.0042", "hidden")
    assert "chart" not in first
    assert {(score["value"], score["reason"]) for score in first["scores"]} == {(4.0, ""), (9.0, "")}


def test_hidden_answers_leave_the_prompts_as_they_are():
    shown = told()
    assert redaction.redact(shown, prompts=False, answers=True)["prompts"] == shown["prompts"]


def test_parts_that_quote_a_secret_lose_it_wherever_they_stand():
    pairs = [{"prompt": "own-1", "why": f"“{QUESTION}” is answered better on the left", "flipped": True}]
    bare = redaction.redact({**told(), "pairs": pairs}, prompts=True, answers=False)
    assert bare["pairs"] == [{"prompt": "prompt-1", "why": "", "flipped": True}]


def test_a_name_in_an_answer_does_not_take_the_name_away():
    spoken = "I am cedar-large-instruct-2026, at your service."
    shown = told(answer=spoken)
    shown["ranking"][0]["name"] = "cedar-large-instruct-2026"
    assert redaction.redact(shown, prompts=True, answers=True)["ranking"] == shown["ranking"]


@pytest.mark.django_db
def test_no_stored_prompt_or_answer_is_in_anything_that_can_be_read(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=3, version=None)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, state="done", finished_at=timezone.now())
    for answer in Answer.objects.of(trial).select_related("prompt", "contender"):
        answer.text = f"Asked “{answer.prompt.text}”, {answer.contender.label} says number {answer.pk} is the one."
        answer.state = "done"
        answer.save()
    hiding = {"hides_prompts": True, "hides_answers": True}
    report = Report.objects.create(trial=trial, code=trial.code, facts=_frozen(trial), **hiding)
    texts = [
        *Prompt.objects.values_list("text", flat=True),
        *Prompt.objects.values_list("slug", flat=True),
        *Answer.objects.values_list("text", flat=True),
    ]
    for path in _readable(report):
        response = client.get(path)
        assert response.status_code == 200, path
        body = response.content.decode()
        assert not [text for text in texts if text in body], path
    with override("zh-hans"):
        pages = PdfReader(io.BytesIO(exports.report_pdf(report))).pages
    document = " ".join(page.extract_text() for page in pages).replace("\n", " ")
    assert not [text for text in texts if text in document]


def _readable(report: Report) -> list[str]:
    code = report.code
    return [
        *(f"/{language}/reports/{code}/" for language in ("en", "zh-hans")),
        *(f"/en/reports/{code}/answers/prompt-{n}/" for n in (1, 2, 3)),
        f"/en/trials/{code}/state/",
        f"/api/v1/trials/{code}/",
        f"/api/v1/reports/{code}/",
        f"/api/v1/reports/{code}/?format=csv",
    ]


def _frozen(trial):
    """The facts as a worker freezes them."""
    from sandbox import evidence
    from sandbox import facts as freezer
    from sandbox.recommend import recommend

    found = evidence.gather(trial)
    return freezer.freeze(
        found,
        recommend(evidence.lay_out(found), trial.weights),
        code=trial.code,
        state=TrialState.DONE,
        judgements=[],
        idle_judges=[],
        rounds=None,
        pair_judgements=[],
        finished_at=timezone.now(),
    )
