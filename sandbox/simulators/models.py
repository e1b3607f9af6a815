"""The invented models: who made them and what they are good at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Draws = Literal["", "soundly", "carelessly", "in_code"]
Style = Literal["vivid", "plain", "terse", "salesy", "rambling", "generic"]


@dataclass(frozen=True, slots=True)
class Talent:
    """What a model can do, each from 0 (not at all) to 1 (as well as a simulated model can).

    ``writing``: concrete images instead of set phrases. ``logic``: the share of problems worked without a slip.
    ``obedience``: lengths, counts and bans are kept. ``chart``: sound advice on how to show data.
    ``draws``: where a chart is asked for, it also gives a specification of one, or code.
    ``sees``: the share of pictures read without a slip; 0 takes no pictures at all.
    ``chinese``/``english``: command of the language. ``length``: how long it writes, 1 being what the task needs.
    """

    writing: float
    logic: float
    obedience: float
    chart: float
    style: Style
    chinese: float = 0.9
    english: float = 0.9
    length: float = 1.0
    thinks: bool = False
    draws: Draws = ""
    sees: float = 0.0


@dataclass(frozen=True, slots=True)
class SimulatedModel:
    slug: str
    title: str
    maker: str
    talent: Talent
    context_window: int = 128_000
    open_weights: bool = False


# slug -> (English, Chinese)
MAKERS = {
    "cedarworks": ("Cedarworks", "雪松工坊"),
    "brookhollow": ("Brookhollow", "溪谷智能"),
    "flintlight": ("Flintlight", "燧光实验室"),
    "heronry": ("The Heronry", "鹭洲科技"),
    "slatehouse": ("Slatehouse", "板岩屋"),
    "mosslight": ("Mosslight", "苔光"),
    "kestrel-loft": ("Kestrel Loft", "隼阁"),
    "larchmere": ("Larchmere", "落松湖"),
    "pebbleshore": ("Pebbleshore", "卵石滩"),
    "assay-office": ("The Assay Office", "验金所"),
}


def _model(slug: str, maker: str, talent: Talent, context: int = 128, *, open_weights: bool = False) -> SimulatedModel:
    """``context`` in thousands of tokens; the title is the slug in capitals."""
    title = re.sub(r"\d+[Bb]$", lambda size: size[0].upper(), slug.replace("-", " ").title())
    return SimulatedModel(slug, title, maker, talent, context_window=context * 1000, open_weights=open_weights)


_ALL = [
    _model("cedar-large", "cedarworks", Talent(0.92, 0.80, 0.95, 0.85, "vivid", english=1.0, sees=0.92), 200),
    _model("cedar-small", "cedarworks", Talent(0.62, 0.50, 0.80, 0.55, "plain", length=0.9, sees=0.62), 200),
    _model(
        "cedar-think", "cedarworks",
        Talent(0.70, 0.95, 0.90, 0.90, "plain", thinks=True, draws="soundly", sees=0.88), 200,
    ),
    _model("brook-max", "brookhollow", Talent(0.84, 0.72, 0.88, 0.80, "vivid", length=1.15, sees=0.9), 1000),
    _model("brook-mini", "brookhollow", Talent(0.52, 0.42, 0.70, 0.45, "plain", length=0.8, sees=0.64), 1000),
    _model("brook-lite", "brookhollow", Talent(0.34, 0.25, 0.50, 0.30, "generic", chinese=0.6, sees=0.4), 256),
    _model("flint-70b", "flintlight", Talent(0.68, 0.65, 0.75, 0.60, "plain", chinese=0.7), open_weights=True),
    _model("flint-8b", "flintlight", Talent(0.40, 0.30, 0.50, 0.30, "generic", chinese=0.4), open_weights=True),
    _model("flint-reason", "flintlight", Talent(0.58, 0.88, 0.78, 0.75, "plain", thinks=True), open_weights=True),
    _model("heron-pro", "heronry", Talent(0.97, 0.86, 0.97, 0.92, "vivid", chinese=1.0, sees=0.97), 256),
    _model("heron-lite", "heronry", Talent(0.60, 0.52, 0.78, 0.55, "plain", chinese=1.0, sees=0.6)),
    _model(
        "heron-think", "heronry",
        Talent(0.74, 0.98, 0.95, 0.95, "plain", chinese=1.0, thinks=True, draws="soundly", sees=0.94),
    ),
    _model("slate-2", "slatehouse", Talent(0.64, 0.76, 0.92, 0.78, "terse", length=0.65), 64),
    _model("slate-2-fast", "slatehouse", Talent(0.48, 0.55, 0.80, 0.50, "terse", length=0.5), 32),
    _model("moss-chat", "mosslight", Talent(0.44, 0.35, 0.30, 0.40, "rambling", length=1.6), 64),
    _model("moss-verse", "mosslight", Talent(0.94, 0.18, 0.80, 0.25, "vivid", chinese=1.0), 64),
    _model("kestrel-1", "kestrel-loft", Talent(0.76, 0.58, 0.80, 0.60, "salesy", draws="in_code", sees=0.74)),
    _model("kestrel-1-mini", "kestrel-loft", Talent(0.50, 0.36, 0.65, 0.40, "salesy", length=0.8, sees=0.46), 64),
    _model("larch-think", "larchmere", Talent(0.56, 0.90, 0.85, 0.85, "plain", length=1.2, thinks=True)),
    _model(
        "larch-flash", "larchmere",
        Talent(0.54, 0.50, 0.72, 0.50, "plain", length=0.85, draws="carelessly", sees=0.52),
    ),
    _model("pebble-3b", "pebbleshore", Talent(0.24, 0.15, 0.35, 0.20, "generic", chinese=0.3), 32, open_weights=True),
    _model("pebble-1b", "pebbleshore", Talent(0.10, 0.05, 0.15, 0.10, "generic", 0.2, 0.5), 8, open_weights=True),
    _model("sim-judge", "assay-office", Talent(0.5, 0.5, 1.0, 0.5, "terse", sees=0.5), 64),
]  # fmt: skip

MODELS = {model.slug: model for model in _ALL}
