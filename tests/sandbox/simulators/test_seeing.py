"""Simulated models know the house's pictures by their bytes, and no others; they refuse as their protocol does."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest

from sandbox.graders import rule
from sandbox.seed import pictures
from sandbox.seed.written import read_prompts
from sandbox.simulators import seeing
from sandbox.simulators.asked import Asked, Refusal
from sandbox.simulators.models import MODELS
from sandbox.simulators.personas import PERSONAS, contenders
from sandbox.simulators.plan import plan_reply
from sandbox.simulators.protocols import Anthropic, Gemini, OpenAI
from sandbox.wire.images import read_image
from sandbox.wire.tokens import estimate_image
from tests.sandbox.wire.pictures import jpeg, png

PROMPTS = read_prompts("multimodal-understanding")
LEDGER = next(prompt for prompt in PROMPTS if prompt.slug == "en-bank-ledger")
IMAGE = pictures.picture_of(LEDGER.slug)
DATA = b64encode(pictures.path_of(LEDGER.slug).read_bytes()).decode()  # the file itself, mark and all
BODIES = {
    OpenAI: lambda kind, data: {
        "model": "heron-pro",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}},
                    {"type": "text", "text": LEDGER.text},
                ],
            }
        ],
    },
    Anthropic: lambda kind, data: {
        "model": "cedar-large",
        "max_tokens": 900,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}},
                    {"type": "text", "text": LEDGER.text},
                ],
            }
        ],
    },
    Gemini: lambda kind, data: {
        "contents": [{"parts": [{"inlineData": {"mimeType": kind, "data": data}}, {"text": LEDGER.text}]}]
    },
}
KINDS = pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.name)


def read(kind, media_type="image/png", data=DATA):
    return kind.read(BODIES[kind](media_type, data), model="brook-max", stream=False)


def persona(name):
    return next(each for each in PERSONAS.values() if each.name == name)


def share_right(name, dimension):
    """How many of the house's pictures a model reads right, over some seeds."""
    right = []
    for prompt in PROMPTS:
        asked = Asked(name, prompt.text, images=(pictures.picture_of(prompt.slug),))
        for seed in range(6):
            text = seeing.look(MODELS[name].talent, asked, Random(f"{prompt.slug} {seed}"))[1]
            right.append(rule.grade(rule.concerning(prompt.checks, dimension), text).value == 10)
    return sum(right) / len(right)


@KINDS
def test_every_protocol_hands_over_the_picture_and_its_question(kind):
    asked = read(kind)
    assert (asked.images, asked.text) == ((IMAGE,), LEDGER.text)


@KINDS
@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        ("image/svg+xml", DATA),
        ("image/jpeg", DATA),
        ("image/png", "%%%"),
        ("image/png", b64encode(png()[:-9]).decode()),
        ("image/png", b64encode(b"<svg/>").decode()),
        ("image/png", "A" * 6_000_000),
    ],
    ids=["a kind nobody takes", "said to be another", "no base64", "cut short", "no picture", "too large"],
)
def test_a_bad_picture_is_a_400_in_the_protocols_shape(kind, media_type, data):
    with pytest.raises(Refusal) as refused:
        read(kind, media_type, data)
    assert refused.value.status == 400
    error = kind.refusal(refused.value)["error"]
    named = {OpenAI: error.get("type"), Anthropic: error.get("type"), Gemini: error.get("status")}[kind]
    assert named in {"invalid_request_error", "INVALID_ARGUMENT"}
    assert error["message"]


def test_an_address_is_not_fetched():
    part = {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}}
    with pytest.raises(Refusal, match="fetches nothing"):
        OpenAI.read({"model": "m", "messages": [{"role": "user", "content": [part]}]}, model="", stream=False)


def test_a_model_without_sight_refuses_pictures():
    with pytest.raises(Refusal, match="does not take images") as refused:
        plan_reply(persona("slate-2"), Asked("slate-2", "What is this?", images=(IMAGE,)), seed=7)
    assert refused.value.status == 400


def test_pictures_are_counted_as_tokens():
    text = Asked("heron-pro", LEDGER.text)
    seen = Asked("heron-pro", LEDGER.text, images=(IMAGE,))
    counts = [plan_reply(persona("heron-pro"), asked, seed=7).input_tokens for asked in (text, seen)]
    assert counts[1] - counts[0] == estimate_image(IMAGE)


def test_an_unknown_picture_is_honestly_not_read():
    strange = Asked("heron-pro", "What does this show?", images=(read_image(jpeg(640, 480)),))
    said = seeing.look(MODELS["heron-pro"].talent, strange, Random(1))[1]
    assert "cannot read this one" in said
    assert "640 × 480" in said


def test_another_question_about_a_known_picture_is_not_answered_with_that_pictures_answer():
    asked = Asked("heron-pro", "Who bought the seeds?", images=(IMAGE,))
    said = seeing.look(MODELS["heron-pro"].talent, asked, Random(1))[1]
    assert "Cash book page" in said
    assert "2365.50" not in said


def test_fifteen_contenders_see_and_the_better_eye_reads_more():
    assert len([each for each in contenders() if each.talent.sees]) == 15
    sharp, fair, dull = (
        share_right(name, "recognition-accuracy") for name in ("heron-pro", "heron-lite", "brook-lite")
    )
    assert sharp > 0.9 > fair > dull > 0.2
    assert share_right("heron-think", "picture-reasoning") > 0.9 > share_right("brook-lite", "picture-reasoning")


def test_a_slip_is_another_value_than_the_right_one():
    for prompt in PROMPTS:
        for check in prompt.checks:
            for seed in range(20):
                wrong = seeing._misread(check, prompt, Random(seed))
                assert rule.grade([check], f"{check.get('label', 'Answer')}: {wrong}").value == 1, (prompt.slug, wrong)
