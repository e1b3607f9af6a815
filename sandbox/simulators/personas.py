"""The simulated channels: which provider sells which invented model, how fast, how dear, and with what flaw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sandbox.simulators.models import MODELS, SimulatedModel, Talent

Flaw = Literal["", "fails", "rate_limits", "cuts_off"]
ProtocolName = Literal["openai", "anthropic", "gemini"]

# Paths below wherever the simulators listen.
BASE_URLS: dict[ProtocolName, str] = {
    "openai": "/openai/v1",
    "anthropic": "/anthropic/v1",
    "gemini": "/gemini/v1beta",
}


@dataclass(frozen=True, slots=True)
class Persona:
    """One channel as the simulators serve it. Prices are CNY per million tokens; ``name`` is its name on the wire.

    ``flaw``: ``fails`` answers about one prompt in five with 503; ``rate_limits`` answers the first call for every
    other prompt with 429, and for one in ten every call; ``cuts_off`` breaks about one stream in four.
    ``dialect`` tells our wire how this channel departs from its protocol.
    """

    name: str
    model: SimulatedModel
    provider: str
    protocol: ProtocolName
    ttft_ms: float
    tokens_per_s: float
    input: Decimal
    output: Decimal
    flaw: Flaw = ""
    dialect: Mapping[str, Any] = field(default_factory=dict)
    max_parallel: int = 4
    calls_per_minute: int = 240

    @property
    def slug(self) -> str:
        """The channel's name in the catalogue."""
        return "sim-" + self.name.replace("/", "-").removeprefix("sim-")

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def talent(self) -> Talent:
        return self.model.talent

    @property
    def is_judge(self) -> bool:
        return self.model.maker == "assay-office"


@dataclass(frozen=True, slots=True)
class SimulatedProvider:
    slug: str
    name_en: str
    name_zh: str


PROVIDERS = {
    provider.slug: provider
    for provider in (
        SimulatedProvider("cedarworks", "Cedarworks", "雪松工坊"),
        SimulatedProvider("brookhollow", "Brookhollow", "溪谷智能"),
        SimulatedProvider("heronry", "The Heronry", "鹭洲科技"),
        SimulatedProvider("slatehouse", "Slatehouse", "板岩屋"),
        SimulatedProvider("mosslight", "Mosslight", "苔光"),
        SimulatedProvider("kestrel-loft", "Kestrel Loft", "隼阁"),
        SimulatedProvider("larchmere", "Larchmere", "落松湖"),
        SimulatedProvider("ferrygate", "Ferrygate", "渡口云"),
        SimulatedProvider("lanternquay", "Lanternquay", "灯埠"),
        SimulatedProvider("millrace", "Millrace", "水磨坊"),
        SimulatedProvider("assay-office", "The Assay Office", "验金所"),
    )
}


def _sells(provider: str, protocol: ProtocolName, model: str, speed: str, price: str, **more: object) -> Persona:
    """``speed`` is "ttft_ms tokens_per_s", ``price`` "input output". Resellers put their name before the model's."""
    ttft, rate = speed.split()
    cost_in, cost_out = price.split()
    own = MODELS[model].maker == provider
    return Persona(
        name=model if own else f"{provider}/{model}",
        model=MODELS[model],
        provider=provider,
        protocol=protocol,
        ttft_ms=float(ttft),
        tokens_per_s=float(rate),
        input=Decimal(cost_in),
        output=Decimal(cost_out),
        **more,  # type: ignore[arg-type]
    )


_TAGS = {"think_tags": True}
_ALL = [
    _sells("cedarworks", "anthropic", "cedar-large", "620 60", "20 100"),
    _sells("cedarworks", "anthropic", "cedar-small", "340 90", "5 25"),
    _sells("cedarworks", "anthropic", "cedar-think", "700 100", "24 120", dialect={"thinking": "budget"}),
    _sells("brookhollow", "gemini", "brook-max", "480 80", "9 70"),
    _sells("brookhollow", "gemini", "brook-mini", "260 150", "2 15"),
    _sells("brookhollow", "gemini", "brook-lite", "180 200", "0.7 2.8"),
    _sells("heronry", "openai", "heron-pro", "560 70", "16 64"),
    _sells("heronry", "openai", "heron-lite", "280 120", "2 8"),
    _sells("heronry", "openai", "heron-think", "650 100", "18 90", dialect={"thinking": "enable_thinking"}),
    _sells("slatehouse", "openai", "slate-2", "300 100", "6 24"),
    _sells("slatehouse", "openai", "slate-2-fast", "90 290", "4 12"),
    _sells("mosslight", "gemini", "moss-chat", "420 100", "1 4"),
    _sells("mosslight", "gemini", "moss-verse", "760 60", "8 48"),
    _sells("kestrel-loft", "anthropic", "kestrel-1", "400 80", "10 40"),
    _sells("kestrel-loft", "anthropic", "kestrel-1-mini", "220 150", "1.5 7.5"),
    _sells("larchmere", "openai", "larch-think", "1500 75", "4 16"),
    _sells("larchmere", "openai", "larch-flash", "200 170", "1 4"),
    _sells("ferrygate", "openai", "flint-70b", "450 80", "2.8 2.8", flaw="fails"),
    _sells("ferrygate", "openai", "flint-8b", "160 180", "0.4 0.4"),
    _sells("ferrygate", "openai", "flint-reason", "520 110", "4 16", dialect={"thinking": "thinking.type"}),
    _sells("ferrygate", "openai", "pebble-3b", "120 210", "0.2 0.2"),
    _sells("lanternquay", "openai", "flint-70b", "1800 38", "1.4 1.4"),
    _sells("lanternquay", "openai", "pebble-1b", "100 250", "0.1 0.1"),
    _sells("lanternquay", "openai", "heron-lite", "380 90", "1.6 6.4", flaw="cuts_off"),
    _sells("lanternquay", "openai", "slate-2", "420 80", "5 20"),
    _sells("millrace", "openai", "flint-reason", "360 150", "3.2 12.8", flaw="rate_limits", dialect=_TAGS),
    _sells("millrace", "openai", "flint-70b", "240 180", "5.6 7.2"),
    _sells("millrace", "openai", "flint-8b", "80 360", "0.5 0.8"),
    _sells("millrace", "openai", "larch-flash", "320 110", "0.9 3.6"),
    _sells("millrace", "openai", "cedar-small", "500 70", "5.5 27.5"),
    _sells("assay-office", "openai", "sim-judge", "120 900", "1 4", max_parallel=16, calls_per_minute=6000),
]  # fmt: skip

PERSONAS: dict[tuple[str, str], Persona] = {(persona.protocol, persona.name): persona for persona in _ALL}


def contenders() -> list[Persona]:
    """Every simulated channel but the judge."""
    return [persona for persona in _ALL if not persona.is_judge]
