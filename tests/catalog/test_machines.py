"""What machines ask for at the root: robots, sitemaps, llms.txt, security.txt, icons and manifests."""

from __future__ import annotations

import struct
from datetime import date
from xml.etree import ElementTree

import pytest
from django.conf import settings as site
from django.test import Client

from catalog import sitemaps
from catalog.models import Channel, PublicReport
from tests import factories
from tests.catalog.test_views import furnish

pytestmark = pytest.mark.django_db
XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
BASE = "https://touchstone.example"


@pytest.fixture(autouse=True)
def _named(settings):
    settings.SITE_URL = BASE


def fetch(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def entries(address: str):
    return ElementTree.fromstring(fetch(address)).findall("s:url", XML)


def locations(address: str) -> list[str]:
    return [each.findtext("s:loc", namespaces=XML) for each in entries(address)]


def files() -> list[str]:
    found = ElementTree.fromstring(fetch("/sitemap.xml")).findall("s:sitemap", XML)
    return [each.findtext("s:loc", namespaces=XML) for each in found]


def test_every_file_of_the_index_holds_pages_that_answer():
    furnish(1)
    names = [file.removeprefix(BASE) for file in files()]
    assert {name.split("/")[-1].split("-")[0] for name in names} >= {"static", "scenarios", "channels", "models"}
    for name in names:
        for page in locations(name):
            assert page.startswith(f"{BASE}/")
            if "/en/" in page and "/reports/" not in page:  # only heard of here
                assert Client().get(page.removeprefix(BASE)).status_code == 200, page


def test_each_page_names_itself_in_every_language():
    furnish(1)
    for entry in entries("/sitemaps/channels-1.xml"):
        alternates = {each.get("hreflang"): each.get("href") for each in entry.findall("x:link", XML)}
        assert set(alternates) == {"zh-Hans", "en", "x-default"}
        assert entry.findtext("s:loc", namespaces=XML) in alternates.values()
        assert entry.findtext("s:lastmod", namespaces=XML) == "2026-11-01"


def test_an_article_changed_on_the_day_of_its_last_version():
    factories.make_article(slug="new", published_on=date(2026, 1, 2))
    factories.make_article(slug="mended", published_on=date(2026, 1, 2), updated_on=date(2026, 3, 4))
    changed = [each.findtext("s:lastmod", namespaces=XML) for each in entries("/sitemaps/articles-1.xml")]
    assert changed == ["2026-01-02", "2026-01-02", "2026-03-04", "2026-03-04"]
    assert "2026-03-04" in fetch("/sitemap.xml")


def test_simulated_unlisted_and_private_things_are_not_in_it():
    furnish(1)
    hidden = factories.make_channel(provider=factories.make_provider(is_simulated=False), listing="draft")
    everything = " ".join(page for file in files() for page in locations(file.removeprefix(BASE)))
    assert hidden.slug not in everything
    for channel in Channel.objects.simulated():
        assert channel.slug not in everything
    for word in ("/trials/", "/search/", "?", "/admin/"):
        assert word not in everything


def test_a_public_report_is_in_it_with_its_day():
    scenario = factories.make_scenario()
    day = date(2026, 11, 2)
    PublicReport.objects.create(code="abc", scenario=scenario, title_zh="t", title_en="t", published_on=day)
    (first, _second) = entries("/sitemaps/reports-1.xml")
    assert first.findtext("s:loc", namespaces=XML) == f"{BASE}/zh-hans/reports/abc/"
    assert first.findtext("s:lastmod", namespaces=XML) == "2026-11-02"


def test_many_rows_are_many_files_at_two_queries_each(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(sitemaps, "ROWS_PER_PAGE", 2)
    furnish(5)
    channels = [file for file in files() if "channels" in file]
    assert len(channels) == 3
    seen = set()
    for file in channels:
        with django_assert_max_num_queries(2):
            seen |= set(locations(file.removeprefix(BASE)))
    assert len(seen) == 10  # five channels in two languages
    with django_assert_max_num_queries(8):
        fetch("/sitemap.xml")


@pytest.mark.parametrize("address", ["channels-2", "channels-0", "nothing-1", "static-2", "channels-999999999999"])
def test_a_file_that_is_not_there_is_not_found(address):
    furnish(1)
    assert Client().get(f"/sitemaps/{address}.xml").status_code == 404


def test_robots_are_kept_from_what_is_somebodys_own_and_told_of_the_sitemap():
    text = fetch("/robots.txt")
    for part in ("/*/trials/", "/*/portal/", "/*/account/", "/*/search/", "/api/v1/trials/"):
        assert f"Disallow: {part}\n" in text
    assert f"Sitemap: {BASE}/sitemap.xml" in text
    assert "Disallow: /\n" not in text


def test_language_models_are_told_what_is_here_and_what_is_simulated(django_assert_max_num_queries):
    furnish(2)
    short, full = fetch("/llms.txt"), fetch("/llms-full.txt")
    assert short.startswith("# Touchstone")
    assert "2 real channels" in short
    assert f"{BASE}/en/scenarios/writing/" in full
    assert f"{BASE}/en/scenarios/writing/" not in short
    with django_assert_max_num_queries(6):
        fetch("/llms-full.txt")


def test_whom_to_tell_of_a_hole_is_said_only_where_somebody_is_named(settings):
    assert Client().get("/.well-known/security.txt").status_code == 404
    settings.CONTACT_EMAIL = "security@touchstone.example"
    text = fetch("/.well-known/security.txt")
    assert "Contact: mailto:security@touchstone.example\n" in text
    assert "\nExpires: 20" in text


@pytest.mark.parametrize(("language", "short", "lang"), [("en", "Touchstone", "en"), ("zh-hans", "试金石", "zh-Hans")])
def test_the_manifest_speaks_the_pages_language(language, short, lang):
    response = Client().get(f"/{language}/manifest.webmanifest")
    manifest = response.json()
    assert response["Content-Type"] == "application/manifest+json"
    assert (manifest["short_name"], manifest["lang"], manifest["start_url"]) == (short, lang, f"/{language}/")
    assert {each.get("purpose", "any") for each in manifest["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize(
    ("name", "side"),
    [("apple-touch-icon", 180), ("icon-192", 192), ("icon-512", 512), ("icon-maskable-512", 512)],
)
def test_icons_are_as_large_as_they_say(name, side):
    drawn = (site.BASE_DIR / f"marketplace/static/img/{name}.png").read_bytes()
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", drawn[16:24]) == (side, side)
    assert len(drawn) < 50_000


def test_the_root_has_an_icon():
    response = Client().get("/favicon.ico")
    assert response.content[:4] == b"\x00\x00\x01\x00"
    assert "max-age" in response["Cache-Control"]
