"""What articles' topics are called; one that nobody has named yet goes by its slug."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

NAMES = {
    "agents": _("Agents"),
    "channels": _("Channels"),
    "choosing": _("Choosing"),
    "cost": _("Cost"),
    "education": _("Education"),
    "efficiency": _("Efficiency"),
    "evaluation": _("Evaluation"),
    "evidence": _("Evidence"),
    "finance": _("Finance"),
    "latency": _("Latency"),
    "law": _("Law"),
    "medicine": _("Medicine"),
    "method": _("Method"),
    "model-size": _("Model size"),
    "multimodal": _("Multimodal"),
    "open-weights": _("Open weights"),
    "price": _("Price"),
    "privacy": _("Privacy"),
    "programming": _("Programming"),
    "providers": _("Providers"),
    "ranking": _("Ranking"),
    "reasoning": _("Reasoning"),
    "recommendation": _("Recommendation"),
    "reports": _("Reports"),
    "research": _("Research"),
    "safety": _("Safety"),
    "speed": _("Speed"),
    "statistics": _("Statistics"),
    "trades": _("Trades"),
    "trials": _("Trials"),
}


def name(slug: str) -> str:
    """In the reader's language."""
    return str(NAMES.get(slug) or slug.replace("-", " "))
