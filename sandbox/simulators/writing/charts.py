"""Advice on how to show data: sound for each kind of data from good models, vague or misleading from weak ones."""

from __future__ import annotations

from random import Random

from sandbox.simulators.writing.words import read_words, tongue


def advise(kind: str, *, skill: float, chinese: bool, rng: Random) -> str:
    """A sentence or two of chart advice; the higher ``skill`` (0-1), the more of it is there."""
    words = read_words("charts")
    drawn = skill + rng.uniform(-0.15, 0.15)
    if drawn < 0.5:
        weak = words["any"][tongue(chinese)]
        return str(rng.choice(weak["wrong" if drawn < 0.3 else "vague"]))
    told = words.get(kind, words["bars"])[tongue(chinese)]
    if chinese:
        text = f"用{told['chart']}：{told['axes']}" + (f"；突出{told['bring_out']}" if drawn > 0.6 else "")
        return text + (f"；避免{told['avoid']}。" if drawn > 0.75 else "。")
    text = f"Use {told['chart']}: {told['axes']}" + (f"; bring out {told['bring_out']}" if drawn > 0.6 else "")
    return text + (f"; avoid {told['avoid']}." if drawn > 0.75 else ".")
