"""What the house's topics are called; a topic of anybody else's goes by its own name."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES = {
    "advertising": gettext_lazy("advertising"),
    "bar-charts": gettext_lazy("bar charts"),
    "brand": gettext_lazy("brand"),
    "causal-trap": gettext_lazy("causal traps"),
    "code": gettext_lazy("code"),
    "code-pictures": gettext_lazy("pictures of code"),
    "combinatorics": gettext_lazy("combinatorics"),
    "community": gettext_lazy("community posts"),
    "customer-care": gettext_lazy("customer care"),
    "data-table": gettext_lazy("data tables"),
    "decision": gettext_lazy("decisions"),
    "festival": gettext_lazy("festivals"),
    "floor-plans": gettext_lazy("floor plans"),
    "flow-charts": gettext_lazy("flow charts"),
    "fundraising": gettext_lazy("fundraising"),
    "growth": gettext_lazy("growth"),
    "instruments": gettext_lazy("instruments"),
    "interface-copy": gettext_lazy("interface texts"),
    "invoices": gettext_lazy("invoices and receipts"),
    "lab-reports": gettext_lazy("laboratory reports"),
    "launch": gettext_lazy("product launches"),
    "ledgers": gettext_lazy("ledgers"),
    "line-charts": gettext_lazy("line charts"),
    "logic": gettext_lazy("logic puzzles"),
    "pie-charts": gettext_lazy("pie charts"),
    "probability": gettext_lazy("probability"),
    "product-story": gettext_lazy("product stories"),
    "rates": gettext_lazy("rates and speeds"),
    "recruiting": gettext_lazy("recruiting"),
    "rosters": gettext_lazy("rosters"),
    "scatter-plots": gettext_lazy("scatter plots"),
    "scheduling": gettext_lazy("scheduling"),
    "structured": gettext_lazy("structured output"),
    "transit-maps": gettext_lazy("transit maps"),
    "units": gettext_lazy("units"),
    "video-script": gettext_lazy("video scripts"),
    "word-problem": gettext_lazy("word problems"),
}


def title(slug: str) -> str:
    return str(TITLES.get(slug) or slug.replace("-", " ") or _("no topic"))
