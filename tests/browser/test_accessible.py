"""Every page, both languages, both themes: axe finds nothing, nothing is too wide for a phone, nothing jumps."""

from __future__ import annotations

import pytest

from tests.browser import walks
from tests.browser.conftest import LANGUAGES

pytestmark = pytest.mark.browser
# What Chromium itself calls good is 0.1; a page that is laid out before it is filled has none.
MOST_SHIFT = 0.02
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page_in_either_theme(chromium, site, language):
    page = chromium.new_page(locale=LANGUAGES[language], viewport=DESK, color_scheme="light")
    wrong = []
    for address in walks.addresses():
        page.emulate_media(color_scheme="light")
        page.goto(f"{site}/{language}/{address}")
        wrong += [f"{address}: {line}" for line in walks.violations(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{address} dark: {line}" for line in walks.violations(page, rules=["color-contrast"])]
    page.close()
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_phone_and_nothing_on_it_jumps(chromium, site, language):
    wrong = []
    for viewport in (PHONE, DESK):
        page = chromium.new_page(locale=LANGUAGES[language], viewport=viewport)
        for address in walks.addresses():
            page.goto(f"{site}/{language}/{address}")
            if (over := page.evaluate(walks.TOO_WIDE)) > 0:
                wrong.append(f"{address} is {over} px too wide for {viewport['width']}")
            if (shift := page.evaluate(walks.SHIFTED)) > MOST_SHIFT:
                wrong.append(f"{address} jumps by {shift:.3f} at {viewport['width']}")
        page.close()
    assert wrong == []


def test_the_whole_site_can_be_read_without_a_script(chromium, site):
    context = chromium.new_context(java_script_enabled=False, viewport=DESK)
    page = context.new_page()
    for address in walks.addresses():
        page.goto(f"{site}/en/{address}")
        assert page.locator("main h1").count() == 1, address
        assert page.locator("main h1").inner_text().strip(), address
    context.close()
