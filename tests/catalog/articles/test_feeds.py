"""Feeds that a reader's program can follow: whole, in one language, with absolute links, and not sent twice."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from catalog.models import PublicReport
from tests.factories import make_article, make_scenario

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client, address: str) -> ElementTree.Element:
    response = client.get(address)
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)


def test_tells_of_articles_in_the_feeds_language_alone(client) -> None:
    make_article(slug="both", title_zh="双语", title_en="Both")
    make_article(slug="english", title_en="English", title_zh="", body_zh="", summary_zh="")
    make_article(slug="draft", published_on=None)
    for language, titles in (("zh-hans", {"双语"}), ("en", {"Both", "English"})):
        atom = feed(client, f"/{language}/articles/feed.atom")
        assert {each.text for each in atom.iter(f"{ATOM}title")} - {atom.find(f"{ATOM}title").text} == titles
        assert atom.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language


def test_has_all_that_atom_asks_for(client) -> None:
    make_article(
        slug="a", author_en="Editor", topics=["price"], published_on=date(2026, 1, 2), updated_on=date(2026, 3, 4)
    )
    atom = feed(client, "/en/articles/feed.atom")
    for name in ("id", "title", "updated", "author/{http://www.w3.org/2005/Atom}name", "subtitle"):
        assert atom.find(f"{ATOM}{name}").text
    links = {link.attrib["rel"]: link.attrib["href"] for link in atom.findall(f"{ATOM}link")}
    assert links == {"alternate": "http://testserver/en/articles/", "self": "http://testserver/en/articles/feed.atom"}
    entry = atom.find(f"{ATOM}entry")
    assert entry.find(f"{ATOM}link").attrib["href"] == "http://testserver/en/articles/a/"
    assert entry.find(f"{ATOM}published").text.startswith("2026-01-02")
    assert entry.find(f"{ATOM}updated").text.startswith("2026-03-04")
    assert entry.find(f"{ATOM}summary").text == "Summary"
    assert entry.find(f"{ATOM}author/{ATOM}name").text == "Editor"
    assert entry.find(f"{ATOM}category").attrib["term"] == "Price"


def test_has_all_that_rss_asks_for(client) -> None:
    make_article(slug="a", published_on=date(2026, 1, 2))
    channel = feed(client, "/zh-hans/articles/feed.rss").find("channel")
    assert channel.find("link").text == "http://testserver/zh-hans/articles/"
    assert channel.find("language").text == "zh-hans"
    assert channel.find("title").text
    assert channel.find("description").text
    item = channel.find("item")
    assert item.find("guid").text == item.find("link").text == "http://testserver/zh-hans/articles/a/"
    assert item.find("pubDate").text.startswith("Fri, 02 Jan 2026")


@pytest.mark.parametrize("address", ["/en/articles/feed.atom", "/en/articles/feed.rss"])
def test_is_sent_again_only_when_something_changed(client, address) -> None:
    make_article()
    stamp = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": stamp}).status_code == 304
    make_article()
    assert client.get(address, headers={"If-None-Match": stamp}).status_code == 200


def test_is_a_feed_without_any_article(client) -> None:
    assert feed(client, "/en/articles/feed.atom").find(f"{ATOM}updated").text


def test_takes_few_queries(client, django_assert_max_num_queries) -> None:
    for _ in range(5):
        make_article(topics=["price"])
    with django_assert_max_num_queries(3):
        client.get("/en/articles/feed.atom")


def test_tells_of_a_scenarios_public_reports(client) -> None:
    scenario, other = make_scenario(slug="deep", title_en="Deep"), make_scenario(slug="other")
    for code, row in (("one", scenario), ("two", other)):
        PublicReport.objects.create(
            code=code,
            scenario=row,
            title_zh="选它",
            title_en=f"Choose {code} (simulated)",
            published_on=date(2026, 1, 2),
        )
    atom = feed(client, "/en/scenarios/deep/feed.atom")
    entries = atom.findall(f"{ATOM}entry")
    assert [each.find(f"{ATOM}title").text for each in entries] == ["Choose one (simulated)"]
    assert entries[0].find(f"{ATOM}link").attrib["href"] == "http://testserver/en/reports/one/"
    assert client.get("/en/scenarios/nowhere/feed.atom").status_code == 404


def test_a_character_that_xml_cannot_say_ends_no_feed(client) -> None:
    scenario = make_scenario(slug="text")
    make_article(title_en="A\x0bB", summary_en="\x01", author_en="\x1fC")
    PublicReport.objects.create(
        code="a" * 8, scenario=scenario, title_en="R\x08S", title_zh="报", published_on=date(2026, 1, 2)
    )
    assert feed(client, "/en/articles/feed.atom").find(f"{ATOM}entry/{ATOM}title").text == "AB"
    assert feed(client, "/en/articles/feed.rss").find("channel/item/title").text == "AB"
    assert feed(client, "/en/scenarios/text/feed.atom").find(f"{ATOM}entry/{ATOM}title").text == "RS"
