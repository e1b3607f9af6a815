"""What the lists can be narrowed by: each facet's parameter, title and words, and the bands that numbers fall into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.language import in_language
from catalog.models import Protocol
from marketplace import money

YES, NO, UNKNOWN = "yes", "no", "unknown"
REAL, SIMULATED = "real", "simulated"
# What else a yes or a no may be called in an address.
ALIASES = {"true": YES, "1": YES, "yes": YES, "false": NO, "0": NO, "no": NO, "unknown": UNKNOWN}
CONTEXTS = {"32000": "32K", "128000": "128K", "200000": "200K", "1000000": "1M"}
# Blended price per million tokens in the site's currency: from this, below that.
BANDS = {"0-1": (0, 1), "1-5": (1, 5), "5-20": (5, 20), "20-100": (20, 100), "100-": (100, None)}
FREE = "free"

Label = str | Promise | Any
KNOWN = {YES: _("yes"), NO: _("no"), UNKNOWN: _("unknown")}


@dataclass(frozen=True, slots=True)
class Named:
    """A name in two languages, read when it is shown."""

    name_zh: str
    name_en: str

    def __str__(self) -> str:
        return in_language(self, "name")


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to narrow by; ``name`` is its query parameter on pages and in the API."""

    name: str
    title: Label
    labels: Mapping[str, Label] = field(default_factory=dict)  # the words of a closed vocabulary, in its order
    help: str = "a slug"  # for the API's description
    is_single: bool = False  # choosing two values makes no sense
    is_unfolded: bool = False
    is_shown: bool = True

    @property
    def is_flag(self) -> bool:
        return YES in self.labels

    def read(self, value: str) -> str:
        """``value`` as the table has it."""
        if self.is_flag:
            return ALIASES.get(value.lower(), value)
        return value.upper() if self.name == "country" and len(value) == 2 else value

    def takes(self, value: str, known: Iterable[str]) -> bool:
        """Whether there is such a choice; a country is one even where nobody is from there."""
        if self.name == "country" and len(value) == 2 and value.isascii() and value.isupper():
            return True
        return value in known


def flag(name: str, title: Label, **options: Any) -> Facet:
    return Facet(name, title, KNOWN, "yes, no or unknown", **options)


def either(name: str, title: Label, yes: Label, no: Label, **options: Any) -> Facet:
    return Facet(name, title, {YES: yes, NO: no}, "yes or no", **options)


KINDS = {"text": _("plain text"), "image": _("images"), "audio": _("audio"), "video": _("video"), "pdf": "PDF"}
SCENARIO = Facet("scenario", _("Scenario"), is_unfolded=True)
INPUT = Facet("input", _("Reads"), {**KINDS, UNKNOWN: _("unknown")}, "a kind of input such as image", is_unfolded=True)
CONTEXT = Facet(
    "context",
    _("Context"),
    {**{value: format_lazy(_("{size} or more"), size=size) for value, size in CONTEXTS.items()}, UNKNOWN: _("unknown")},
    "at least so many tokens: 32000, 128000, 200000 or 1000000",
    is_single=True,
    is_unfolded=True,
)
MAKER = Facet("maker", _("Maker"), is_unfolded=True)
REASONING = flag("reasoning", _("Reasoning"), is_unfolded=True)
TOOLS = flag("tools", _("Tools"))
STRUCTURED = flag("structured_output", _("Structured output"))
OPEN = flag("open_weights", _("Open weights"))
TRAINS = flag("trains_on_inputs", _("Trains on inputs"))
COUNTRY = Facet("country", _("Provider's country"), help="an ISO 3166 code such as CN, or unknown")
LIVE = either("live", _("Availability"), _("live: can be tried now"), _("listed only"), is_unfolded=True)
MEASURED = either("measured", _("Measured here"), _("measured by us"), _("not measured yet"))
PRICE = Facet(
    "price", _("Price / M tokens"), help="a band: free, 0-1, 1-5, 5-20, 20-100, 100- or unknown", is_unfolded=True
)

CHANNELS = (
    LIVE,
    SCENARIO,
    PRICE,
    INPUT,
    CONTEXT,
    REASONING,
    MAKER,
    Facet("provider", _("Provider"), is_unfolded=True),
    MEASURED,
    TRAINS,
    COUNTRY,
    Facet("processing_region", _("Prompts processed in"), help="as the list of values has it, or unknown"),
    OPEN,
    TOOLS,
    STRUCTURED,
    Facet("protocol", _("Protocol"), dict(Protocol.choices), "openai, anthropic or gemini"),
    Facet("model", _("Model"), is_shown=False),
)
MODELS = (MAKER, INPUT, CONTEXT, REASONING, OPEN, TOOLS, STRUCTURED, MEASURED)
PROVIDERS = (
    either("live", _("Availability"), _("has live channels"), _("listed only"), is_unfolded=True),
    Facet("country", _("Country"), help=COUNTRY.help, is_unfolded=True),
    flag("trains_on_inputs", _("Trains on inputs"), is_unfolded=True),
    flag("allows_trials", _("Terms allow trials"), is_unfolded=True),
    Facet(
        "retention",
        _("Keeps prompts"),
        {"0": _("not at all"), "30": _("up to 30 days"), "31-": _("longer"), UNKNOWN: _("unknown")},
        "how long prompts are kept: 0, 30 (days at most), 31- or unknown",
        is_unfolded=True,
    ),
)


def known(value: bool | None) -> str:
    return UNKNOWN if value is None else YES if value else NO


def kinds_of(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(kinds) or (UNKNOWN,)


def contexts_of(window: int | None) -> tuple[str, ...]:
    """Every threshold that a context window reaches."""
    if window is None:
        return (UNKNOWN,)
    return tuple(least for least in CONTEXTS if window >= int(least))


def band_of(price: Decimal | None) -> str:
    if price is None:
        return UNKNOWN
    if price == 0:
        return FREE
    return next(band for band, (_low, high) in BANDS.items() if high is None or price < high)


def bands(currency: str) -> dict[str, Label]:
    """The price bands' words in the site's currency."""
    sign = money.SIGNS.get(currency, f"{currency} ")
    words: dict[str, Label] = {FREE: _("free")}
    for band, (low, high) in BANDS.items():
        if not low:
            words[band] = format_lazy(_("under {amount}"), amount=f"{sign}{high}")
        elif high is None:
            words[band] = format_lazy(_("{amount} and more"), amount=f"{sign}{low}")
        else:
            words[band] = f"{sign}{low}–{high}"
    return words | {UNKNOWN: _("unknown")}


def retention_of(days: int | None) -> str:
    if days is None:
        return UNKNOWN
    return "0" if days == 0 else "30" if days <= 30 else "31-"
