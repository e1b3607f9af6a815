"""The small words of every sentence: names, chances, sums, and a fact in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.language import is_chinese
from marketplace import money

Facts = dict[str, Any]


MOST_NAMES = 3


class Names:
    """What a report's slugs are called; two channels of one name are told apart by their providers."""

    def __init__(self, facts: Facts) -> None:
        self.rows = {row["channel"]: row for row in facts["ranking"]}
        self.dimensions = {row["slug"]: told(row, "title") for row in facts["dimensions"]}
        self.simulated = bool(facts["simulated"])
        self.currency = str(facts["currency"])
        self.prompts = facts["prompts"]

    def channel(self, slug: str) -> str:
        row = self.rows.get(slug)
        if row is None:
            return slug
        namesakes = [other for other in self.rows.values() if other["name"] == row["name"]]
        if len(namesakes) == 1:
            return str(row["name"])
        return f"{row['name']} ({told(row, 'provider_name')})"

    def channels(self, slugs: list[str]) -> str:
        """``a, b, c and 4 more``"""
        return self.cut_short([self.channel(slug) for slug in slugs])

    @staticmethod
    def cut_short(names: list[str]) -> str:
        listed = _(", ").join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        if more <= 0:
            return listed
        return ngettext("%(names)s and %(more)d more", "%(names)s and %(more)d more", more) % {
            "names": listed,
            "more": more,
        }

    def topic(self, slug: str) -> str:
        """A topic has no name for people; its prompts have."""
        return self.cut_short([str(prompt["title"]) for prompt in self.prompts if prompt.get("topic") == slug]) or slug

    def weight(self, slug: str) -> str:
        return {"cost": _("low cost"), "speed": _("speed")}.get(slug) or self.dimensions.get(slug, slug)


def told(row: Facts, field: str) -> str:
    """``row["<field>_zh"]`` for a Chinese reader, else ``_en``; the other where it is empty."""
    first, second = ("zh", "en") if is_chinese() else ("en", "zh")
    return str(row.get(f"{field}_{first}") or row.get(f"{field}_{second}") or "")


def chance(probability: float) -> str:
    """A chance as people say it; never none, never certain."""
    words = [
        (0.05, _("less than 1 in 20")),
        (0.15, _("about 1 in 10")),
        (0.25, _("about 2 in 10")),
        (0.35, _("about 3 in 10")),
        (0.45, _("about 4 in 10")),
        (0.55, _("about 5 in 10")),
        (0.65, _("about 6 in 10")),
        (0.75, _("about 7 in 10")),
        (0.85, _("about 8 in 10")),
        (0.925, _("about 9 in 10")),
        (0.975, _("about 19 in 20")),
    ]
    return next((text for below, text in words if probability < below), _("more than 19 in 20"))


def verdict(code: str) -> str:
    """A word or two for each verdict."""
    return {"clear": _("clear"), "tie": _("too close to matter"), "cannot_tell": _("cannot tell yet")}[code]


def prompts(count: int) -> str:
    return ngettext("%(counter)s prompt", "%(counter)s prompts", count) % {"counter": count}


def channels(count: int) -> str:
    return ngettext("%(counter)s channel", "%(counter)s channels", count) % {"counter": count}


def price(amount: str, currency: str) -> str:
    return money.show(Decimal(amount), currency)


def points(value: float) -> str:
    """With one decimal and a true minus; never minus nothing."""
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"
