"""A report without its prompts' or its answers' texts: what is hidden is in no page, export or document made of it.

Texts are taken out where they stand, and wherever else something quotes them: an answer that repeats a stretch of a
hidden prompt is withheld as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.models import Report
from sandbox.wording import Facts

# What counts as a quotation: so many characters in a row. A Chinese one says about twice as much.
STRETCH, HAN_STRETCH = 20, 10
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Parts made of figures, codes and the catalogue's own names, which an answer may well contain.
FIGURES_ALONE = frozenset(
    (
        *("code", "scenario", "language", "currency", "weights", "dimensions", "recommendation", "valid_until"),
        *("ranking", "topics", "graders", "judges", "manifest"),
    )
)
# What is left of an answer: figures, grades, and the texts that are not hidden.
FIGURES = (
    *("id", "channel", "prompt", "repeat", "state", "error_kind", "ttft_ms", "ttfat_ms", "total_ms", "gap_p95_ms"),
    *("output_tps", "input_tokens", "output_tokens", "usage_estimated", "tries", "finish", "charge", "grades"),
)
# The same in a trial's own state, where ``prompt`` may be a slug.
TEXTS = frozenset(("prompt", "title", "text", "reasoning", "error_detail"))


def shown(report: Report) -> Facts:
    """The facts as anybody may read them, with ``hidden`` naming what is left out; its owner sees no more."""
    facts: Facts = report.facts
    hidden = [name for name in ("prompts", "answers") if getattr(report, f"hides_{name}")]
    return redact(facts, prompts=report.hides_prompts, answers=report.hides_answers) if hidden else facts


def redact(facts: Facts, *, prompts: bool, answers: bool) -> Facts:
    secrets = Quotations([*(_asked(facts) if prompts else ()), *(_answered(facts) if answers else ())])
    slugs = {prompt["slug"]: f"prompt-{n}" for n, prompt in enumerate(facts["prompts"], 1)} if prompts else {}
    called = (*facts["ranking"], *facts.get("judges", {}).get("used", []))
    codes = {**{row["channel"]: row["channel"] for row in called}, **slugs}
    return {
        **{key: value if key in FIGURES_ALONE else _clean(value, secrets, codes) for key, value in facts.items()},
        "prompts": [_bare_prompt(each, slugs) for each in facts["prompts"]] if prompts else facts["prompts"],
        "answers": [_bare_answer(each, slugs, secrets, hidden=answers) for each in facts["answers"]],
        "hidden": [name for name, is_hidden in (("prompts", prompts), ("answers", answers)) if is_hidden],
    }


def without_texts(state: Any) -> Any:
    """A trial's state without anything that was asked or answered: its report says what may be seen of that."""
    if isinstance(state, dict):
        kept = {key: value for key, value in state.items() if key not in {"pictures", "prompts"}}
        return {key: "" if _is_text(key, value) else without_texts(value) for key, value in kept.items()}
    return [without_texts(each) for each in state] if isinstance(state, list) else state


def _is_text(key: str, value: Any) -> bool:
    return key in TEXTS and isinstance(value, str)


class Quotations:
    """Knows whether a text repeats a stretch of any of the secrets, whatever its line breaks and spaces."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.stretches: set[str] = set()
        self.short: set[str] = set()
        self.sizes: set[int] = set()
        for secret in map(_plain, secrets):
            size = HAN_STRETCH if HAN.search(secret) else STRETCH
            if len(secret) >= size:
                self.sizes.add(size)
                self.stretches.update(_windows(secret, size))
            elif secret:
                self.short.add(secret)

    def quoted_in(self, text: str) -> bool:
        plain = _plain(text)
        return any(window in self.stretches for size in self.sizes for window in _windows(plain, size))

    def whole_in(self, text: str) -> bool:
        """A secret too short for a stretch counts where all of it is said: in free text, not in figures and names."""
        plain = _plain(text)
        return self.quoted_in(text) or any(secret in plain for secret in self.short)


def _bare_prompt(prompt: Facts, slugs: dict[str, str]) -> Facts:
    texts = dict.fromkeys(("title", "text", "system", "reference"), "")
    return {**texts, **_only(prompt, "language", "topic"), "slug": slugs[prompt["slug"]]}


def _bare_answer(answer: Facts, slugs: dict[str, str], secrets: Quotations, *, hidden: bool) -> Facts:
    texts = {name: answer[name] for name in ("text", "reasoning", "error_detail")}
    why = "hidden" if hidden else "quotes_prompt" if any(map(secrets.whole_in, texts.values())) else ""
    return {
        **_only(answer, *FIGURES),
        **(dict.fromkeys(texts, "") if why else texts),
        "prompt": slugs.get(answer["prompt"], answer["prompt"]),
        "withheld": why,
        "flags": [],
        # Reasons and evidence quote both the question and the answer as they please.
        "scores": [{**_only(each, "dimension", "grader", "judge", "value"), **BARE_SCORE} for each in answer["scores"]],
    }


BARE_SCORE: Facts = {"reason": "", "evidence": {}}


def _clean(value: Any, secrets: Quotations, slugs: dict[str, str]) -> Any:
    """A part that this module does not know, without what quotes a secret; ``slugs`` are no secrets, or renamed."""
    if isinstance(value, dict):
        return {slugs.get(key, key): _clean(each, secrets, slugs) for key, each in value.items()}
    if isinstance(value, list):
        return [_clean(each, secrets, slugs) for each in value]
    if isinstance(value, str):
        return slugs[value] if value in slugs else "" if secrets.quoted_in(value) else value
    return value


def _asked(facts: Facts) -> Iterator[str]:
    for prompt in facts["prompts"]:
        yield from (prompt["text"], prompt.get("system", ""))
        yield from (long for long in (prompt["title"], prompt.get("reference", "")) if len(long) >= HAN_STRETCH)


def _answered(facts: Facts) -> Iterator[str]:
    for answer in facts["answers"]:
        yield from (answer["text"], answer["reasoning"], answer["error_detail"])


def _only(row: Facts, *names: str) -> Facts:
    return {name: row[name] for name in names if name in row}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _windows(text: str, size: int) -> Iterator[str]:
    return (text[place : place + size] for place in range(len(text) - size + 1))
