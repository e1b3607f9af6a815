"""Interface copy: a title, a sentence on what happened and what to do, a button, for each moment in the brief."""

from __future__ import annotations

import re

from sandbox.simulators.writing.brief import Brief
from sandbox.simulators.writing.words import read_words, tongue

_ITEM = re.compile(r"^\s*\d+[.、)]\s*(.+)$", re.MULTILINE)


def write_interface(brief: Brief, *, full: bool) -> str:
    """One entry per numbered moment; without ``full`` the sentence says only that something happened."""
    moments = _ITEM.findall(brief.text) or [brief.text[:60]]
    return "\n\n".join(f"{at}. {_entry(moment, brief, full=full)}" for at, moment in enumerate(moments, 1))


def _entry(moment: str, brief: Brief, *, full: bool) -> str:
    for known in read_words("moments")["moment"] if full else ():
        if re.search(known["about"], moment, re.IGNORECASE):
            title, body, button = known[tongue(brief.chinese)]
            return "\n".join(part for part in (title, body, f"[{button}]" if button else "") if part)
    if brief.chinese:
        return f"提示\n{moment.rstrip('；。')}。请稍后重试。\n[确定]"
    return f"Notice\n{moment.rstrip(';.').capitalize()}. Please try again later.\n[OK]"
