"""How large a model is, where its own name says so. Pure; a name that leaves room for doubt says nothing."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

# Set off from other letters and digits: gemma-3n-E4B counts "effective" parameters, R7B and k2b are names.
_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)([BT])(?![A-Za-z0-9])", re.IGNORECASE)
_ACTIVE = re.compile(r"(?<![A-Za-z0-9.])A(\d+(?:\.\d+)?)B(?![A-Za-z0-9])", re.IGNORECASE)
# 8x7B and 17B-16E: so many experts. What they share is not written, so the whole is not their product.
_TIMES = re.compile(r"\d+x\d+(?:\.\d+)?B", re.IGNORECASE)
_EXPERTS = re.compile(r"(?<![A-Za-z0-9.])\d+E(?![A-Za-z0-9])", re.IGNORECASE)


class Size(NamedTuple):
    """Billions of parameters: all of them, and those that work on one token. None is unknown."""

    total: Decimal | None = None
    active: Decimal | None = None


def stated_size(name: str) -> Size:
    """``Qwen3 235B A22B`` → 235 and 22; ``Llama 4 Scout 17B 16E`` → 17 at work, the whole not said."""
    sizes = _SIZE.findall(name)
    working = _ACTIVE.findall(name)
    if _TIMES.search(name) or len(sizes) > 1 or len(working) > 1:
        return Size()
    total = Decimal(sizes[0][0]) * (1000 if sizes[0][1].upper() == "T" else 1) if sizes else None
    active = Decimal(working[0]) if working else None
    if _EXPERTS.search(name):
        return Size() if active else Size(active=total)
    if total is not None and active is not None and active > total:
        return Size()
    return Size(total, active)
