"""Do characters beyond ASCII come through whole, wherever a stream is cut?"""

from __future__ import annotations

import re

from sandbox.conformance import questions
from sandbox.conformance.bench import Desk
from sandbox.conformance.checks.reading import bare, likeness
from sandbox.conformance.speech import Ask
from sandbox.conformance.verdicts import Verdict, failed, passed, warned

BROKEN = "\ufffd"
# What UTF-8 looks like to a reader who takes it for Latin: "è¯•", "ðŸŒŠ".
MOJIBAKE = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]")
ESCAPED = re.compile(r"\\u[0-9a-fA-F]{4}")
SELECTORS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")
ALIKE = 0.5


async def unicode_chinese(desk: Desk) -> Verdict:
    text = await echoed(desk, questions.CHINESE)
    if questions.CHINESE in text or bare(questions.CHINESE) in bare(text):
        return passed("whole")
    if is_damaged(text):
        return failed("broken", text=desk.bench.clean(text))
    alike = likeness(text, questions.CHINESE)
    if text.isascii() or alike >= ALIKE:
        return failed("lost", text=desk.bench.clean(text))
    return warned("other_words", text=desk.bench.clean(text))


async def unicode_emoji(desk: Desk) -> Verdict:
    text = await echoed(desk, questions.EMOJI)
    if questions.EMOJI in "".join(text.split()):
        return passed("whole")
    if is_damaged(text):
        return failed("broken", text=desk.bench.clean(text))
    if simple(questions.EMOJI) in simple(text):
        return warned("simplified", text=desk.bench.clean(text))
    if text.isascii():
        return failed("lost", text=desk.bench.clean(text))
    return warned("other_words", text=desk.bench.clean(text))


async def unicode_separators(desk: Desk) -> Verdict:
    """U+2028 and U+2029 are line ends to some readers and ordinary characters inside JSON: a stream must not break."""
    text = await echoed(desk, questions.SEPARATORS)
    first, middle, last = re.split("[\u2028\u2029]", questions.SEPARATORS)
    if questions.SEPARATORS in text:
        return passed("whole")
    if is_damaged(text):
        return failed("broken", text=desk.bench.clean(text))
    if first in text and last not in text:
        return failed("cut", text=desk.bench.clean(text))
    if all(word in text for word in (first, middle, last)):
        return warned("replaced")
    return warned("other_words", text=desk.bench.clean(text))


async def echoed(desk: Desk, text: str) -> str:
    """What the answer repeats. An event that cannot be read is a break in the text, unless every stream has such."""
    said = desk.answered(await desk.ask(Ask(questions.ECHO.format(text=text))))
    usual = (await Desk(desk.bench).plain()).said.unreadable
    return said.text + (BROKEN if said.unreadable > usual else "")


def is_damaged(text: str) -> bool:
    return BROKEN in text or bool(MOJIBAKE.search(text)) or bool(ESCAPED.search(text)) or "??" in text


def simple(text: str) -> str:
    """Emoji without joiners, tones and styles."""
    return SELECTORS.sub("", "".join(text.split()))
