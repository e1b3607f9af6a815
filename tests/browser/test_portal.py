"""A new provider in a real browser: from sign-up to a listed channel by clicking alone, and a visitor who tries it."""

from __future__ import annotations

import re
import time

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.urls import reverse
from django.utils.translation import override

from catalog.models import Channel, Listing
from marketplace.accounts.models import User
from sandbox.models import ConformanceRun, Report
from tests.browser import walks
from tests.browser.conftest import LANGUAGES
from tests.stack import wait_for

pytestmark = pytest.mark.browser

LONGEST_S = 15 * 60
PASSWORD = "a long walk beside the river"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def letters(tmp_path, to):
    """The texts of the letters to one address, the oldest first."""
    found = sorted((tmp_path / "mail").glob("*.txt")) if (tmp_path / "mail").exists() else []
    return [text for each in found if f"To: {to}" in (text := each.read_text(encoding="utf-8"))]


def press(page):
    """The one thing to do on a page."""
    page.locator("main form button.button--gold").first.click()
    page.wait_for_load_state()


def address(name, *args, language):
    with override(language):
        return reverse(name, args=args)


def sign_up(page, *, site, tmp_path, email):
    page.locator("main a.button--gold").first.click()
    page.locator("main a[href*='/account/signup/']").first.click()
    page.fill("input[name=email]", email)
    page.fill("input[name=password1]", PASSWORD)
    press(page)
    (letter,) = wait_for(lambda: letters(tmp_path, email), seconds=20, what="no letter has come")
    link = re.search(r"http://\S+", letter.partition("\n\n")[2])[0]
    page.goto(re.sub(r"^http://[^/]+", site, link))
    press(page)


def add_api(page, *, base_url, key, model):
    """Provider → address → key → models."""
    page.fill("input[name=name_en]", "Quayside")
    page.fill("input[name=homepage]", "https://quayside.example")
    press(page)
    page.fill("input[name=base_url]", f"{base_url}/chat/completions")
    press(page)
    page.fill("input[name=key]", key)
    press(page)
    page.check(f"input[name=names][value='{model}']")
    press(page)
    page.locator("input[type=radio]").first.check()
    press(page)


def state_terms(page):
    """Prices → limits → scenarios → terms and agreement."""
    page.locator("main table a[href*='/prices/']").first.click()
    page.select_option("[name=currency]", "CNY")
    page.fill("input[name=input]", "2")
    page.fill("input[name=output]", "8")
    page.fill("input[name=source]", "https://quayside.example/prices")
    press(page)
    page.locator("ol.wizard a[href*='/limits/']").first.click()
    press(page)
    page.locator("input[name^=scenarios-][value=deep-reasoning]").check()
    press(page)
    page.fill("input[name=terms_source]", "https://quayside.example/terms")
    page.locator("form.terms button[type=submit]").click()
    page.locator("input[name=agreed]").check()
    page.locator("#agreement form button").click()
    page.wait_for_load_state()


def have_it_checked(page):
    """All checks, watched until they have ended."""
    page.wait_for_url("**/check/")
    press(page)
    wait_for(lambda: ConformanceRun.objects.filter(state="done").exists(), seconds=240, what="the checks do not end")


def approve(visit, *, language):
    """An operator signs in, reads what is submitted, and lists it."""
    operator = User.objects.create_superuser("operator", email="operator@touchstone.example")
    # The tests' own hasher is not among those of the site's process.
    operator.password = make_password(PASSWORD, hasher=PBKDF2PasswordHasher())
    operator.save()
    page = visit(address("portal:queue", language=language), language=language)
    page.fill("input[name=login]", "operator@touchstone.example")
    page.fill("input[name=password]", PASSWORD)
    press(page)
    page.locator("main .rows a, main table a").first.click()
    page.locator("form:has(input[name=act][value=approve]) button").click()
    page.wait_for_load_state()


def try_it(page, channel):
    """A guest tries the channel from its own page; what the report says first."""
    page.locator(f"main a[href*='/trials/new/'][href*='{channel.slug}']").first.click()
    page.locator("main form button[type=submit]").first.click()
    page.locator("a[href*='/reports/']").first.wait_for(timeout=180_000)
    assert Report.objects.filter(trial__contenders__channel=channel).exists()
    page.locator("a[href*='/reports/']").first.click()
    page.wait_for_url("**/reports/*/")
    return page.locator("main h1").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_provider_is_listed_in_minutes_and_a_visitor_tries_it(visit, site, stack, tmp_path, language):
    began = time.monotonic()
    email = "founder@quayside.example"
    page = visit(address("portal:home", language=language), language=language)
    sign_up(page, site=site, tmp_path=tmp_path, email=email)
    add_api(page, base_url=f"{stack.simulators_url}/openai/v1", key="simulated-key", model="heron-pro")
    state_terms(page)
    have_it_checked(page)
    run = ConformanceRun.objects.get()
    assert not run.checks.filter(result="fail").exists()
    page.goto(page.url)
    page.locator("ol.wizard a[href*='/submit/']").first.click()
    press(page)
    channel = Channel.objects.get(api__isnull=False)
    assert channel.listing == Listing.STAGED
    approve(visit, language=language)
    channel.refresh_from_db()
    assert channel.listing == Listing.LISTED
    assert time.monotonic() - began < LONGEST_S
    wait_for(lambda: len(letters(tmp_path, email)) > 1, seconds=20, what="the provider is not told")
    verdict = try_it(visit(address("catalog:channel", channel.slug, language=language), language=language), channel)
    assert bool(CHINESE.search(verdict)) == (language == "zh-hans")
    page.goto(f"{site}{address('portal:faring', channel.provider.slug, channel.slug, language=language)}")
    assert page.locator("table tbody tr").count() >= 1
    assert faults_of(page, f"{site}/{language}", walks.member_addresses(channel.provider)) == []


def faults_of(page, start, addresses):
    """What axe finds on a member's pages in either theme, and which of them do not fit a phone."""
    found = []
    for each in addresses:
        page.emulate_media(color_scheme="light")
        page.goto(f"{start}/{each}")
        page.evaluate(walks.AXE)
        found += [f"{each}: {line}" for line in walks.violations(page)]
        page.emulate_media(color_scheme="dark")
        found += [f"{each} dark: {line}" for line in walks.violations(page, rules=["color-contrast"])]
        page.set_viewport_size({"width": 390, "height": 844})
        found += [f"{each} is {over} px too wide"] if (over := page.evaluate(walks.TOO_WIDE)) > 0 else []
        page.set_viewport_size({"width": 1280, "height": 900})
    return found
