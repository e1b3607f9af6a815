"""What we do and do not do is said in both languages, by the settings in force."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans"]
TEXTS = ["how-we-make-money", "privacy", "terms", "accessibility"]


def fetch(language: str, name: str) -> str:
    response = Client().get(f"/{language}/{name}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", TEXTS)
def test_both_languages_have_the_same_parts(name):
    english, chinese = (fetch(language, name).split("<article")[1].split("</article>")[0] for language in LANGUAGES)
    for tag in ("h2", "li", "dt", "tr", "p"):
        assert len(re.findall(rf"<{tag}[ >]", english)) == len(re.findall(rf"<{tag}[ >]", chinese)), tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_chinese_stands_in_the_english_text_nor_the_other_way_round(language):
    text = re.sub(r"<[^>]+>", " ", fetch(language, "terms").split("<article")[1].split("</article>")[0])
    assert bool(re.search(r"[\u4e00-\u9fff]{4}", text)) is (language == "zh-hans")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_are_the_settings(language, settings):
    settings.PURSE_PER_DAY, settings.GUEST_TRIALS_PER_DAY = Decimal(321), 17
    settings.TRIAL_KEEP_DAYS, settings.PROBES_KEEP_DAYS, settings.LIVE_KEEP_S = 19, 77, 5 * 3600
    money, privacy = fetch(language, "how-we-make-money"), fetch(language, "privacy")
    assert all(re.search(rf"\b{figure}\b", money) for figure in (321, 17))
    assert all(re.search(rf"\b{figure}\b", privacy) for figure in (19, 77, 5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_leads_to_the_deletion(language):
    assert f'href="/{language}/trials/mine/"' in fetch(language, "privacy")


@pytest.mark.parametrize("name", ["privacy", "terms", "accessibility"])
def test_an_address_to_write_to_is_shown_only_where_one_is_named(name, settings):
    assert "mailto:" not in fetch("en", name)
    settings.CONTACT_EMAIL = "desk@touchstone.example"
    assert "mailto:desk@touchstone.example" in fetch("en", name)


@pytest.mark.parametrize("name", TEXTS)
def test_the_pages_set_no_cookie_and_ask_the_database_nothing(name, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        response = Client().get(f"/en/{name}/")
    assert not response.cookies


def test_every_cookie_that_we_set_is_named(settings):
    text = fetch("en", "privacy")
    for name in ("guest", settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME, "messages"):
        assert f"<code>{name}</code>" in text
