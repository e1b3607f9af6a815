"""Every page, both languages, both themes: axe finds nothing, nothing is too wide for a phone, nothing jumps."""

from __future__ import annotations

from itertools import product

import pytest

from tests.browser import walks
from tests.browser.conftest import HAS_CHINESE, LANGUAGES

pytestmark = pytest.mark.browser
# What Chromium itself calls good is 0.1; a page that is laid out before it is filled has none.
MOST_SHIFT = 0.02
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def test_axe_finds_nothing_on_any_page_in_either_theme(chromium, site):
    wrong = []
    for language, locale in LANGUAGES.items():
        page = chromium.new_page(locale=locale, viewport=DESK)
        for address in walks.addresses():
            page.emulate_media(color_scheme="light")
            page.goto(f"{site}/{language}/{address}")
            page.evaluate(walks.AXE)
            wrong += [f"{language}/{address}: {line}" for line in walks.violations(page)]
            page.emulate_media(color_scheme="dark")
            wrong += [f"{language}/{address} dark: {line}" for line in walks.violations(page, rules=["color-contrast"])]
        page.close()
    assert wrong == []


def test_every_page_fits_a_phone_and_nothing_on_it_jumps(chromium, site):
    wrong = []
    for language, viewport in product(LANGUAGES, (PHONE, DESK)):
        page = chromium.new_page(locale=LANGUAGES[language], viewport=viewport)
        for address in walks.addresses():
            page.goto(f"{site}/{language}/{address}")
            if (over := page.evaluate(walks.TOO_WIDE)) > 0:
                wrong.append(f"{language}/{address} is {over} px too wide for {viewport['width']}")
            shift = page.evaluate(walks.SHIFTED) if language == "en" or HAS_CHINESE else 0
            if shift > MOST_SHIFT:
                wrong.append(f"{language}/{address} jumps by {shift:.3f} at {viewport['width']}")
        page.close()
    assert wrong == []
    if not HAS_CHINESE:
        pytest.skip("all is well but for one thing unseen: whether Chinese pages jump, for want of a Chinese font")


def test_the_whole_site_can_be_read_without_a_script(chromium, site):
    context = chromium.new_context(java_script_enabled=False, viewport=DESK)
    page = context.new_page()
    for address in walks.addresses():
        page.goto(f"{site}/en/{address}")
        assert page.locator("main h1").count() == 1, address
        assert page.locator("main h1").inner_text().strip(), address
    context.close()
