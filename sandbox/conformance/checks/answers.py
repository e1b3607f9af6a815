"""Is a question answered, and do the answer's facts hold: usage, model, the same words streamed or not?"""

from __future__ import annotations

import re

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.checks.reading import likeness, numbers, says
from sandbox.conformance.verdicts import Verdict, failed, inapplicable, passed, warned
from sandbox.wire import dialects, tokens
from sandbox.wire.types import Outcome, Question

# Below this likeness two answers are plainly different.
PLAINLY_DIFFERENT = 0.6
WORDS = re.compile(r"\d+(?:\.\d+)*[bm]\b|[a-z]+|\d+(?:\.\d+)*")
SIZE = re.compile(r"\d+(?:\.\d+)*[bm]")
# What may follow a model's name without making it another model.
BUILDS = frozenset(
    [
        "latest",
        "preview",
        "instruct",
        "chat",
        "it",
        "hf",
        "fp",
        "bf",
        "int",
        "awq",
        "gptq",
        "gguf",
        "exp",
        "beta",
        "stable",
        "v",
        "r",
        "x",
        "b",
        "e",
        "of",
        "quantized",
    ]
)


async def plain_answer(desk: Desk) -> Verdict:
    """Whether a short question, streamed as in every trial, is answered."""
    said = desk.answered(await desk.plain())
    if says(said.text, questions.PLAIN):
        return passed("echoed")
    if not said.text.strip():
        return failed("empty")
    return warned("other_words", text=desk.bench.clean(said.text))


async def usage_present(desk: Desk) -> Verdict:
    """Whether the stream says how many tokens it took."""
    said = desk.answered(await desk.plain())
    usage = said.usage
    if usage.input is not None and usage.output is not None:
        return passed("said", input=usage.input, output=usage.output)
    if not dialects.takes(desk.endpoint, "stream_options"):
        return warned("not_offered")
    return failed("missing" if usage.input is None and usage.output is None else "half")


async def usage_plausible(desk: Desk) -> Verdict:
    """Whether the tokens that it says can be true for the text that came."""
    said = desk.answered(await desk.counted())
    usage = said.usage
    if usage.input is None or usage.output is None:
        return inapplicable("unsaid")
    outcome = Outcome(text=said.text, reasoning=said.reasoning)
    prompt = tokens.of_question(Question(questions.COUNT), model=desk.endpoint.model)
    said.meter.settle(outcome, prompt=prompt)
    own = tokens.estimate(said.text + said.reasoning)
    facts = {"input": usage.input, "output": usage.output, "own_input": prompt.likely, "own_output": own}
    if "usage_invalid" in outcome.flags:
        return failed("absurd", **facts)
    if "usage_mismatch" in outcome.flags:
        return failed("off", **facts)
    return passed("plausible", **facts)


async def same_streamed(desk: Desk) -> Verdict:
    """Whether nothing is lost or changed by streaming."""
    streamed = desk.answered(await desk.counted())
    refused = warned("only_streamed")
    whole = desk.answered(await desk.counted_whole(), refused=refused)
    if numbers(streamed.text) == numbers(whole.text) and numbers(whole.text):
        return passed("same")
    alike = likeness(streamed.text, whole.text)
    complete = [numbers(each.text) == list(range(1, 41)) for each in (streamed, whole)]
    if any(complete) and not all(complete):
        return failed("lost_streamed" if complete[1] else "lost_whole", percent=round(alike * 100))
    if alike < PLAINLY_DIFFERENT:
        return failed("different", percent=round(alike * 100))
    return passed("same") if alike == 1 else warned("nearly", percent=round(alike * 100))


async def model_name(desk: Desk) -> Verdict:
    """Whether the answer comes from the model that was asked."""
    said = desk.answered(await desk.plain())
    asked, named = desk.endpoint.model, desk.bench.clean(said.model)
    if not said.model:
        return warned("unsaid")
    if any(is_like(name, said.model) for name in (asked, *desk.claims.names)):
        return passed("same" if said.model == asked else "like", named=named)
    if any(is_kin(name, said.model) for name in (asked, *desk.claims.names)):
        return warned("kin", named=named, asked=asked)
    return failed("other", named=named, asked=asked)


def is_like(name: str, other: str) -> bool:
    """Whether they name one model: the same words, with a maker before them, or a date or a build behind them."""
    one, two = words(name), words(other)
    if len(one) > len(two):
        one, two = two, one
    if not one or not set(one) <= set(two) or [size for size in two if SIZE.fullmatch(size) and size not in one]:
        return False
    return all(word in BUILDS or word[0].isdigit() for word in set(two) - set(one))


def is_kin(name: str, other: str) -> bool:
    """Whether they share a word, as an alias and what stands behind it do."""
    return any(word.isalpha() and len(word) > 2 and word not in BUILDS for word in set(words(name)) & set(words(other)))


def words(name: str) -> list[str]:
    return WORDS.findall(name.casefold().rpartition("/")[2])
