"""Every kind of page that a visitor may open, and what a browser can say about one."""

from __future__ import annotations

import importlib.resources
from typing import Any

AXE = (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Once a page has settled: how far its parts have jumped, as browsers add it up (https://web.dev/articles/cls).
SHIFTED = """() => new Promise((resolve) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
})"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def addresses() -> list[str]:
    """One of each kind of public page, from the rows that are there; without the language."""
    from catalog.models import AIModel, Channel, Provider, Scenario

    real = Channel.objects.listed().real().filter(prices__isnull=False).order_by("slug").first()
    simulated = Channel.objects.listed().contenders().simulated().order_by("slug").first()
    articles = [written_with(part) for part in ('kind = "bar"', 'kind = "scatter"', "```measured")]
    model = AIModel.objects.get(pk=real.model_id)
    provider = Provider.objects.get(pk=real.provider_id)
    scenarios = [f"scenarios/{slug}/" for slug in Scenario.objects.open().values_list("slug", flat=True)]
    return [
        "",
        "scenarios/",
        *scenarios,
        "channels/",
        "channels/?kind=simulated",
        "channels/?protocol=nonsense",
        f"channels/{real.slug}/",
        f"channels/{simulated.slug}/",
        "models/",
        f"models/{model.slug}/",
        "providers/",
        f"providers/{provider.slug}/",
        "compare/",
        f"compare/?channel={real.slug}&channel={simulated.slug}",
        "frontier/",
        "search/?q=qwen",
        "search/?q=zzzzzzzz",
        "articles/",
        *[f"articles/{article.slug}/" for article in articles],
        "method/",
        "how-we-make-money/",
        "privacy/",
        "terms/",
        "status/",
        "accessibility/",
        "trials/new/",
        "portal/",
        "account/login/",
        "account/signup/",
        "account/password/reset/",
        "nowhere/",
    ]


def member_addresses(provider: Any) -> list[str]:
    """One of each kind of page that an owner of the provider opens, from the rows that are there."""
    from sandbox.models import ConformanceRun

    api = provider.apis.get()
    channel = api.channels.get()
    of_one = f"portal/{provider.slug}"
    steps = ("address", "key", "models", "prices", "limits", "scenarios", "check", "submit")
    return [
        "account/",
        "account/keys/",
        "account/data/",
        "account/email/",
        "account/password/change/",
        "account/2fa/",
        "account/sessions/",
        "portal/",
        f"{of_one}/",
        *[f"{of_one}/{room}/" for room in ("facts", "terms", "members", "log", "faring", "reports")],
        *[f"{of_one}/apis/{api.pk}/{step}/" for step in steps],
        f"{of_one}/channels/{channel.slug}/",
        f"{of_one}/channels/{channel.slug}/prices/",
        f"{of_one}/channels/{channel.slug}/faring/",
        f"{of_one}/channels/{channel.slug}/sunset/",
        *[f"conformance/{run.code}/" for run in ConformanceRun.objects.filter(channel=channel)],
    ]


def written_with(part: str) -> Any:
    """The first public article that has this in its text."""
    from catalog.models import Article

    return Article.objects.published().filter(body_en__contains=part).order_by("slug")[0]


def violations(page: Any, *, rules: list[str] | None = None) -> list[str]:
    """What axe, which the page has run once, finds wrong: a line each, with the rule and where."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False, "iframes": False}
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]
