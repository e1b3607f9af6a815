"""Lighthouse gives 95 or more in all four on the pages that most visitors see, as a phone gets them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 0.95
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
SEEN_WITHIN_S = 120
# Its figures vary with what else the machine does, as its authors say; a page that is slow stays slow.
TRIES = 3


@pytest.fixture(scope="session")
def lighthouse() -> str:
    local = ROOT / "var/tools/node_modules/.bin/lighthouse"
    found = str(local) if local.exists() else shutil.which("lighthouse")
    if not found:
        pytest.skip("lighthouse is not installed: npm install --prefix var/tools lighthouse")
    return found


def weigh(lighthouse: str, address: str, folder: Path) -> dict[str, float]:
    """The best of each category in up to TRIES runs; no further run once all are good."""
    best = dict.fromkeys(CATEGORIES, 0.0)
    for _try in range(TRIES):
        for name, score in run(lighthouse, address, folder).items():
            best[name] = max(best[name], score or 0.0)
        if min(best.values()) >= LEAST:
            break
    return best


def run(lighthouse: str, address: str, folder: Path) -> dict[str, float | None]:
    out = folder / "lighthouse.json"
    command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={out}", f"--chrome-flags={FLAGS}"]
    command.append(f"--only-categories={','.join(CATEGORIES)}")
    try:
        subprocess.run(command, env={**os.environ, "CHROME_PATH": CHROMIUM}, check=True, timeout=SEEN_WITHIN_S)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return {}
    return {name: row["score"] for name, row in json.loads(out.read_text())["categories"].items()}


def test_home_list_channel_and_a_public_report_score_95_or_more(lighthouse, chromium, site, published_report, tmp_path):
    from catalog.models import Channel

    channel = Channel.objects.listed().real().filter(prices__isnull=False).order_by("slug").first()
    pages = ["/en/", "/zh-hans/channels/", f"/en/channels/{channel.slug}/", published_report]
    found = {page: weigh(lighthouse, f"{site}{page}", tmp_path) for page in pages}
    assert {page: scores for page, scores in found.items() if min(scores.values()) < LEAST} == {}
