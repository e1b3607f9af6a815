"""Whatever a name, a text or an address says, no page runs it, fetches it or loses the rest of itself over it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.factories import make_channel, make_dimension, make_model, make_price, make_provider

pytestmark = pytest.mark.browser
ROWS = Path(os.environ.get("XSS_ROWS", Path(__file__).parents[3] / "shared/security/xss_markdown.txt"))
# Anything of this on a page came from a text.
ALIVE = (
    "iframe, object, embed, form[action*='evil'], base, meta[http-equiv], "
    "[onerror], [onload], [onfocus], [onclick], [style]"
)


def payloads() -> list[str]:
    """The texts that must be inert. Rows say where each was seen first; here they go everywhere."""
    if not ROWS.exists():
        return []
    rows = [line.split("\t") for line in ROWS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    texts = [json.loads(f'"{row[4]}"', strict=False) for row in rows if row[2] != "sse-deltas" and row[3] == "inert"]
    return [text.replace("\x00", "") for text in texts if text.strip("\x00 \n")]


@pytest.fixture
def hostile(site) -> list[str]:
    """Rows of every kind that say hostile things; the addresses of their pages, without the language."""
    from catalog.models import Article, PublicReport, SamplePrompt, Scenario

    scenario = Scenario.objects.get(slug="deep-reasoning")
    addresses = [f"scenarios/{scenario.slug}/", "", "channels/", "models/", "providers/", "articles/", "frontier/"]
    for place, text in enumerate(payloads()):
        name = text[:100]
        provider = make_provider(slug=f"p{place}", name_en=name, name_zh=name, is_simulated=False)
        model = make_model(slug=f"m{place}", name=name, maker_name=name)
        channel = make_channel(
            slug=f"c{place}", provider=provider, model=model, wire_name=text[:190], scenario=scenario, price=False
        )
        make_price(channel=channel, source=text[:290])
        SamplePrompt.objects.create(
            scenario=scenario, language="en", position=1000 + place, text=text, picture="", picture_alt=name
        )
        PublicReport.objects.create(
            code=f"code{place}", scenario=scenario, title_en=name, title_zh=name, published_on="2026-11-27"
        )
        Article.objects.create(
            slug=f"a{place}",
            title_en=name,
            summary_en=text[:190],
            body_en=f"## {name}\n\n{text}\n\nThe end of it.",
            author_en=name[:70],
            published_on="2026-11-27",
            sources=[{"title": name, "url": "javascript:window.__x('url')", "checked_on": "2026-11-27"}],
        )
        addresses += [f"articles/a{place}/", f"search/?q={quote(text[:300])}", f"channels/?q={quote(text[:300])}"]
        addresses += [f"channels/c{place}/", f"models/m{place}/", f"providers/p{place}/"] if place % 4 == 0 else []
    make_dimension(rubric=scenario.rubric, slug="hostile", title_en=payloads()[0][:60], guide_en=payloads()[0])
    return addresses


@pytest.mark.skipif(not payloads(), reason="the hostile texts are not on this computer")
def test_no_hostile_text_runs_or_reaches_out_on_any_page(chromium, site, hostile):
    context = chromium.new_context()
    fired, foreign, wrong = [], [], []
    context.expose_function("__x", lambda *said: fired.append(said))
    page = context.new_page()
    page.on("dialog", lambda dialog: (fired.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda ask: None if ask.url.startswith((site, "data:")) else foreign.append(ask.url))
    for address in hostile:
        response = page.goto(f"{site}/en/{address}")
        if response.status >= 500:
            wrong.append(f"{address} answered {response.status}")
        if page.locator(ALIVE).count():
            wrong.append(f"{address} has {page.locator(ALIVE).first.evaluate('node => node.outerHTML')[:120]}")
        if page.locator("footer.bottom").count() != 1:
            wrong.append(f"{address} lost its foot")
        if page.locator("a[href^='javascript:' i], a[href^='data:' i], a[href^='vbscript:' i]").count():
            wrong.append(f"{address} has a link that runs")
    context.close()
    assert (fired, foreign, wrong) == ([], [], [])
