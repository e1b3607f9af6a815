"""What a first visitor does, in a real browser: home → compare → live → report, in both languages."""

from __future__ import annotations

import re

import pytest
from pypdf import PdfReader

from tests.browser.conftest import LANGUAGES

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visitor_compares_with_one_click_and_reads_whom_to_choose(visit, language):
    page = visit("/", language=language)
    assert f"/{language}/" in page.url
    page.locator("form[action*='trials/new'] button[type=submit]").first.click()
    page.wait_for_url(f"**/{language}/trials/*/")
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)
    page.locator("a[href*='/reports/']").first.click()
    page.wait_for_url(f"**/{language}/reports/*/")
    verdict = page.locator("main h1").inner_text()
    assert verdict.strip()
    assert bool(CHINESE.search(verdict)) == (language == "zh-hans")
    assert page.locator("table").first.locator("tbody tr").count() >= 2
    assert page.locator("meta[name=robots][content*=noindex]").count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_adaptive_trial_tells_its_rounds_live_and_on_the_report(visit, language):
    page = visit(f"/{language}/trials/new/?scenario=deep-reasoning&top=6", language=language)
    page.check("input[name=adaptive]")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(f"**/{language}/trials/*/")
    page.locator("[data-rounds]", has_text=re.compile(r"[2-9]")).wait_for(timeout=180_000)
    page.locator("a[href*='/reports/']").first.wait_for(timeout=240_000)
    page.locator("a[href*='/reports/']").first.click()
    page.wait_for_url(f"**/{language}/reports/*/")
    assert page.locator("#rounds tbody tr").count() >= 1


def test_twenty_five_channels_fit_a_phone(visit):
    page = visit("/en/trials/new/?scenario=deep-reasoning&top=25", width=390)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/en/trials/*/")
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_reload_in_the_middle_resumes(visit):
    page = visit("/en/trials/new/?scenario=text-generation&top=6")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/en/trials/*/")
    page.reload()
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)


def test_what_a_model_writes_runs_nothing(visit):
    page = visit("/en/trials/new/?scenario=text-generation&top=2")
    page.evaluate("window.__x = 0")
    page.fill("textarea[name=prompt]", "Show me. [[fault:up-d33]]")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/en/trials/*/")
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)
    assert not page.evaluate("window.__x")
    assert page.locator("main img, main iframe, main article script").count() == 0


def test_an_owner_hides_the_answers_and_takes_the_report_home_on_paper(visit):
    page = visit("/zh-hans/trials/new/?scenario=text-generation&top=2", language="zh-hans")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/zh-hans/trials/*/")
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)
    page.locator("a[href*='/reports/']").first.click()
    page.wait_for_url("**/zh-hans/reports/*/")
    page.locator(".report__owner > summary").click()
    page.check("input[name=hide_answers]")
    page.locator(".report__owner form[action$='audience/'] button").click()
    page.locator(".messages li").wait_for()
    page.locator(".report__owner > summary").click()
    assert page.is_checked("input[name=hide_answers]")
    with page.expect_download() as download:
        page.locator("a[href*='format=pdf']").click()
    assert download.value.suggested_filename.endswith(".pdf")
    paper = PdfReader(download.value.path())
    assert CHINESE.search(paper.pages[0].extract_text())


@pytest.mark.parametrize("path", ["/en/trials/0123/", "/zh-hans/reports/0123/", "/en/channels/nobody/"])
def test_a_wrong_link_says_what_to_do(chromium, site, path):
    page = chromium.new_page()
    response = page.goto(f"{site}{path}")
    assert response.status == 404
    assert page.locator("main a").count() >= 1
    page.close()


def test_the_apis_description_can_be_read_and_tried_under_the_policy_of_every_page(visit):
    page = visit("/api/docs/")
    page.locator("[id$=trials_create] .opblock-summary").click(timeout=20_000)
    page.locator("[id$=trials_create] .opblock-body").wait_for()
