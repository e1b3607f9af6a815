"""A real Chromium in front of a real site: web server, worker, Redis and simulators as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from tests.stack import Stack, wait_for

LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}
# Without such a font a Chinese page fetches a megabyte of one, and its lines move when it arrives.
HAS_CHINESE = bool(shutil.which("fc-list") and subprocess.check_output(["fc-list", ":lang=zh"]).strip())
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    # Playwright's own loop runs on this thread; the rows that tests read are still read synchronously.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, site):
    """Opens a page of the site as a new visitor; whatever goes wrong in it fails the test."""
    contexts, wrong = [], []

    def open_page(path, *, language="en", width=1280, scheme="light"):
        context = chromium.new_context(
            locale=LANGUAGES[language], viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on(
            "request", lambda request: None if request.url.startswith((site, "data:")) else wrong.append(request.url)
        )
        page.goto(f"{site}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def stack(transactional_db, tmp_path) -> Iterator[Stack]:
    """Redis, simulators, and what is started of them; whatever happens, no process of it outlives the test."""
    stack = Stack(tmp_path, speed=3)
    try:
        yield stack
    finally:
        stack.close()


@pytest.fixture
def site(stack) -> str:
    """The address of a seeded site with a worker."""
    from django.core.management import call_command

    call_command("seed", verbosity=0)
    stack.start_worker()
    return stack.start_web()


@pytest.fixture
def published_report(site) -> str:
    """The address (without the host) of a finished trial's report that everybody may read."""
    from sandbox import visibility
    from sandbox.models import Report

    wish = json.dumps({"scenario": "deep-reasoning", "top": 3}).encode()
    ask = urllib.request.Request(f"{site}/api/v1/trials/", wish, {"Content-Type": "application/json"})
    with urllib.request.urlopen(ask, timeout=20) as answer:
        code = json.load(answer)["code"]
    wait_for(lambda: Report.objects.filter(trial__code=code).exists(), seconds=90, what="the trial has no report")
    visibility.publish(Report.objects.get(trial__code=code))
    return f"/en/reports/{code}/"
