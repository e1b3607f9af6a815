"""Facts in two languages: ``title_zh`` and ``title_en`` side by side, read by the reader's language."""

from typing import Any

from django.utils.translation import get_language


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def in_language(row: Any, field: str) -> str:
    """``row.<field>_zh`` for a Chinese reader, else ``row.<field>_en``; the other one where it is empty."""
    first, second = ("zh", "en") if is_chinese() else ("en", "zh")
    return str(getattr(row, f"{field}_{first}") or getattr(row, f"{field}_{second}"))
