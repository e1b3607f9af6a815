"""How figures are drawn and written: streaks, money, token counts, milliseconds. Unknown is a dash, never 0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from marketplace import money as cash

register = template.Library()
T = TypeVar("T")
UNKNOWN = "–"
FULL_MARKS = 10.0
# A leader of whom we are not sure at all still has to look like the leader.
FAINTEST = 0.45
# A fact that nobody has looked at for longer may well have changed.
STALE_AFTER_DAYS = 90
# How the seed says where facts are from.
SOURCES = frozenset(
    [
        gettext_noop("simulated"),
        gettext_noop("models.dev (MIT), community data"),
        gettext_noop("models.dev (MIT), community data; base URL from public client code"),
        gettext_noop("public documentation and client code, gathered in November 2026"),
        gettext_noop(
            "https://open.er-api.com/v6/latest/USD as recorded by models.dev (MIT); a reference rate, not a quote"
        ),
    ]
)


def known(value: T | None) -> T | None:
    """A filter gets "" where a template's variable leads nowhere, such as to a metric that nobody measured."""
    return None if value == "" else value


def place(value: float) -> str:
    """Where a score of 0-10 stands on the track, in percent, written as SVG reads numbers in every language."""
    return f"{min(max(value / FULL_MARKS, 0.0), 1.0) * 100:.2f}"


def interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"[{low:.1f}, {high:.1f}]"


@register.inclusion_tag("_streak.html")
def streak(
    value: float,
    low: float | None = None,
    high: float | None = None,
    *,
    lead: bool = False,
    sure: float | None = None,
    drawn: bool = False,
) -> dict[str, Any]:
    """A score of 1-10 with its interval; ``lead`` paints it gold, as bright as ``sure`` (0-1, None is fully)."""
    label = _("%(value)s of 10") % {"value": f"{value:.1f}"}
    return {
        "label": f"{label} {interval(low, high)}".strip(),
        "bar": place(value),
        "low_at": place(low) if low is not None and high is not None else None,
        "high_at": place(high) if low is not None and high is not None else None,
        "lead": lead,
        "sure": f"{FAINTEST + (1 - FAINTEST) * (1.0 if sure is None else sure):.2f}",
        "drawn": drawn,
    }


@register.filter
def score(value: float | None) -> str:
    """``8.4``"""
    value = known(value)
    return UNKNOWN if value is None else f"{value:.1f}"


@register.filter
def signed(value: float | None) -> str:
    """A difference: ``+0.4``, ``−1.2``, ``0.0``"""
    value = known(value)
    if value is None:
        return UNKNOWN
    written = f"{abs(value):.1f}"
    return written if written == "0.0" else f"{'+' if value > 0 else '−'}{written}"


@register.simple_tag(name="interval")
def show_interval(low: float | None, high: float | None) -> str:
    """``[7.9, 8.8]``, or nothing."""
    return interval(low, high)


@register.filter
def money(amount: Decimal | str | None, currency: str) -> str:
    """``¥0.0021``"""
    return cash.show(None if amount is None or amount == "" else Decimal(amount), currency)


@register.filter
def price(amount: Decimal | None, currency: str) -> str:
    """A price per million tokens as its list writes it: ``$0.435``, ``$15``; nothing is rounded away."""
    amount = known(amount)
    if amount is None:
        return UNKNOWN
    written = number_format(Decimal(amount).normalize() + 0, use_l10n=False)
    return f"{cash.SIGNS.get(currency, currency + ' ')}{Decimal(written):f}"


@register.filter
def tokens(count: int | None) -> str:
    """A size as people say it: ``128K``, ``1M``, ``1.05M``; ``8,192`` where a small one is no round thousand."""
    count = known(count)
    if count is None:
        return UNKNOWN
    if count >= 1_000_000 and count % 1_000_000 and count % 1_048_576:
        return f"{count / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    for step, sign in ((1_000_000, "M"), (1_048_576, "M"), (1_000, "K"), (1_024, "K")):
        if count >= step and count % step == 0:
            return f"{count // step:,}{sign}"
    return f"{count / 1000:.0f}K" if count >= 100_000 else f"{count:,}"


@register.filter
def kinds(names: Sequence[str]) -> str:
    """What a model reads or writes, in words."""
    words = {"text": _("text"), "image": _("images"), "audio": _("audio"), "video": _("video"), "pdf": "PDF"}
    return _(", ").join(words.get(name, name) for name in names)


def source_words(written: str) -> str:
    """Where a fact is from: in the reader's language where it is one of the seed's own phrases, else as written."""
    return _(written) if written in SOURCES else written


@register.filter
def source(written: str) -> SafeString:
    """The same, its addresses linked."""
    return SafeString(urlize(source_words(written), nofollow=True, autoescape=True))


@register.filter
def ms(value: float | None) -> str:
    """A duration: ``212 ms``, from ten seconds on ``12.3 s``."""
    value = known(value)
    if value is None:
        return UNKNOWN
    return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:.1f} s"


@register.filter
def percent(share: float | None) -> str:
    """``0.953`` as ``95 %``; never ``100 %`` unless it is all."""
    share = known(share)
    if share is None:
        return UNKNOWN
    return f"{int(share * 100 + 0.5) if share in (0, 1) else min(99, max(1, round(share * 100)))} %"


@register.filter
def age(day: date | None) -> str:
    """``checked 148 days ago``, flagged where that is too long to rely on; nothing for no day."""
    if not day:
        return ""
    days = max(0, (timezone.localdate() - day).days)
    said = ngettext("checked %(count)d day ago", "checked %(count)d days ago", days) % {"count": days}
    if days == 0:
        said = _("checked today")
    written = format_html('<time datetime="{}">{}</time>', day.isoformat(), said)
    return format_html('<span class="stale">{}</span>', written) if days > STALE_AFTER_DAYS else written


@register.filter
def billions(count: Decimal | None) -> str:
    """A model's size: ``235 B``, from a thousand on ``1 T``."""
    count = known(count)
    if count is None:
        return UNKNOWN
    return f"{(count / 1000).normalize():f} T" if count >= 1000 else f"{count.normalize():f} B"


@register.filter
def times(ratio: Decimal | None) -> str:
    """``3.4×``"""
    ratio = known(ratio)
    return UNKNOWN if ratio is None else f"{ratio:.1f}×" if ratio < 100 else f"{ratio:,.0f}×"


@register.filter
def yes_no(fact: bool | None) -> str:
    """A fact in words; what nobody knows is called unknown, apart from both."""
    fact = known(fact)
    if fact is None:
        return format_html('<span class="muted">{}</span>', _("unknown"))
    return _("yes") if fact else _("no")
