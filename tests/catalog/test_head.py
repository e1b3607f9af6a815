"""What every public page's head says, in both languages: one address, its own title, nothing that can be injected."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from decimal import Decimal

import pytest
from django.test import Client

from catalog.models import Channel
from tests import factories
from tests.catalog.test_views import furnish

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans"]
PAGES = ["", "scenarios/", "channels/", "models/", "providers/", "method/", "how-we-make-money/", "privacy/"]
PAGES += ["terms/", "accessibility/", "status/"]
HOSTILE = "</script><script>alert(1)</script>&\u2028<!--"


def head(address: str, **headers: str) -> str:
    response = Client().get(address, headers=headers)
    assert response.status_code == 200, address
    return response.content.decode().split("</head>")[0]


def content(page: str, name: str, key: str = "name") -> list[str]:
    return [html.unescape(found) for found in re.findall(rf'<meta {key}="{name}" content="([^"]*)">', page)]


def links(page: str, rel: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(rf'<link rel="{rel}"[^>]*href="([^"]*)">', page)]


def title(page: str) -> str:
    (found,) = re.findall(r"<title>(.*?)</title>", page, re.DOTALL)
    return html.unescape(found)


def linked(page: str) -> list[dict]:
    return [json.loads(found) for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]


def width(text: str) -> int:
    """In the columns of a result list: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def details() -> list[str]:
    channel = Channel.objects.real().order_by("pk").first()
    single = [f"channels/{channel.slug}/", f"providers/{channel.provider.slug}/", f"models/{channel.model.slug}/"]
    return ["scenarios/writing/", *single]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_a_title_and_a_description_of_its_own(language):
    furnish(2)
    heads = [head(f"/{language}/{page}") for page in [*PAGES, *details()]]
    titles = [title(each) for each in heads]
    assert len(set(titles)) == len(titles)
    assert all(width(each) <= 70 for each in titles), titles
    said = [content(each, "description") for each in heads]
    assert all(len(each) == 1 for each in said)
    descriptions = [one for (one,) in said]
    assert len(set(descriptions)) == len(descriptions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_descriptions_of_fixed_pages_fit_a_result_list(language):
    furnish(2)
    for page in PAGES:
        (said,) = content(head(f"/{language}/{page}"), "description")
        assert 40 <= width(said) <= 165, (page, width(said), said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_one_address_in_each_language_and_they_name_each_other(language, page):
    furnish(1)
    found = head(f"/{language}/{page}?utm_source=x&sort=price")
    base = "http://testserver"
    assert links(found, "canonical") == [f"{base}/{language}/{page}"]
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', found))
    assert alternates == {
        "zh-Hans": f"{base}/zh-hans/{page}",
        "en": f"{base}/en/{page}",
        "x-default": f"{base}/en/{page}" if page else f"{base}/",
    }
    assert not content(found, "robots")


def test_the_operators_address_is_the_one_that_is_told(settings):
    settings.SITE_URL = "https://touchstone.example"
    assert links(head("/en/channels/"), "canonical") == ["https://touchstone.example/en/channels/"]


@pytest.mark.parametrize(
    ("query", "canonical", "hidden"),
    [
        ("?scenario=writing", "?scenario=writing", False),
        ("?scenario=writing&protocol=openai", "", True),
        ("?scenario=a&scenario=b", "", True),
        ("?live=yes", "", True),
        ("?scenario=", "", False),
        ("?fbclid=1&gclid=2&ref=x", "", False),
        ("?page=1", "", False),
        ("?page=-1", "", False),
        (f"?provider={'x' * 200}", "", False),
    ],
)
def test_a_list_is_found_whole_or_narrowed_by_one_thing(query, canonical, hidden):
    furnish(1)
    for slug in ("a", "b"):
        factories.make_scenario(slug=slug)
    found = head(f"/en/channels/{query}")
    assert bool(content(found, "robots")) is hidden
    if not hidden:
        assert links(found, "canonical") == [f"http://testserver/en/channels/{canonical}"]


def test_a_later_page_of_a_list_is_a_page_of_its_own():
    scenario = factories.make_scenario(slug="writing")
    provider = factories.make_provider(is_simulated=False)
    for _ in range(61):
        factories.make_channel(scenario=scenario, provider=provider, base_url="https://api.example.com/v1", price=False)
    second = head("/en/channels/?page=2&sort=price")
    assert links(second, "canonical") == ["http://testserver/en/channels/?page=2"]
    assert "page 2" in title(second)
    assert title(second) != title(head("/en/channels/"))


@pytest.mark.parametrize("page", ["trials/new/", "trials/mine/"])
def test_what_is_somebodys_own_is_not_to_be_found(page):
    furnish(1)
    (said,) = content(head(f"/en/{page}"), "robots")
    assert said.startswith("noindex")


def test_a_page_that_is_not_there_has_no_address():
    page = Client().get("/en/channels/nothing/").content.decode()
    assert 'rel="canonical"' not in page
    assert 'rel="alternate"' not in page


@pytest.mark.parametrize(("language", "locale"), [("en", "en_US"), ("zh-hans", "zh_CN")])
def test_a_shared_link_says_what_it_is(language, locale):
    found = head(f"/{language}/privacy/")
    assert content(found, "og:title", "property") == [title(found).removesuffix(" · Touchstone")]
    assert content(found, "og:description", "property") == content(found, "description")
    assert content(found, "og:url", "property") == links(found, "canonical")
    assert content(found, "og:locale", "property") == [locale]
    assert len(content(found, "twitter:card")) == 1


def test_the_browser_gets_colours_icons_and_a_manifest_that_are_there():
    found = head("/en/")
    assert len(re.findall(r'<meta name="theme-color"', found)) == 2
    for rel in ("apple-touch-icon", "manifest", "icon"):
        for address in links(found, rel):
            assert Client().get(address).status_code == 200 or address.startswith("/static/"), address


# -- data for machines --------------------------------------------------------------------------------------------
def test_home_says_whose_site_it_is():
    (site,) = linked(head("/en/"))
    kinds = {thing["@type"]: thing for thing in site["@graph"]}
    assert set(kinds) == {"Organization", "WebSite"}
    assert kinds["WebSite"]["url"] == "http://testserver/en/"


def test_an_inner_page_says_where_it_stands():
    furnish(1)
    channel = Channel.objects.real().first()
    trail = next(each for each in linked(head(f"/en/channels/{channel.slug}/")) if each["@type"] == "BreadcrumbList")
    items = [(each["position"], each["item"]) for each in trail["itemListElement"]]
    assert items == [
        (1, "http://testserver/en/"),
        (2, "http://testserver/en/channels/"),
        (3, f"http://testserver/en/channels/{channel.slug}/"),
    ]


def products(channel: Channel) -> list[dict]:
    return [each for each in linked(head(f"/en/channels/{channel.slug}/")) if each["@type"] == "Product"]


def real_channel(**overrides) -> Channel:
    provider = factories.make_provider(is_simulated=False)
    return factories.make_channel(provider=provider, base_url="https://api.example.com/v1", **overrides)


def test_a_real_channel_is_a_product_at_its_real_price():
    channel = real_channel(price=False)
    factories.make_price(channel=channel, currency="USD", input=Decimal("0.435"), output=Decimal(15))
    (product,) = products(channel)
    offer = product["offers"]
    assert offer["priceCurrency"] == "USD"
    rates = {each["name"]: each["price"] for each in offer["priceSpecification"]}
    assert rates == {"input": "0.435", "output": "15"}
    assert all(each["referenceQuantity"]["value"] == 1_000_000 for each in offer["priceSpecification"])
    assert "aggregateRating" not in product


def test_without_a_known_price_there_is_no_offer_and_half_a_price_is_half_an_offer():
    assert "offers" not in products(real_channel(price=False))[0]
    channel = real_channel(price=False)
    factories.make_price(channel=channel, input=None)
    assert [each["name"] for each in products(channel)[0]["offers"]["priceSpecification"]] == ["output"]


def test_a_simulated_channel_is_no_product():
    assert products(factories.make_channel()) == []


def test_a_ranking_is_stated_only_of_what_was_measured():
    scenario = furnish(2)
    lists = [each for each in linked(head(f"/en/scenarios/{scenario.slug}/")) if each["@type"] == "ItemList"]
    assert [each["itemListOrder"] for each in lists] == ["https://schema.org/ItemListOrderDescending"]
    bare = factories.make_scenario(slug="bare")
    factories.make_channel(scenario=bare)
    assert not [each for each in linked(head("/en/scenarios/bare/")) if each["@type"] == "ItemList"]


def test_a_hostile_name_stays_a_name():
    provider = factories.make_provider(is_simulated=False, name_en=HOSTILE, name_zh=HOSTILE)
    model = factories.make_model(name=HOSTILE, maker_name=HOSTILE)
    channel = factories.make_channel(provider=provider, model=model, base_url="https://api.example.com/v1")
    page = head(f"/en/channels/{channel.slug}/")
    assert "alert(1)</script>" not in page
    assert "\u2028" not in "".join(re.findall(r"ld\+json\">(.*?)</script>", page))
    (product,) = products(channel)
    assert product["brand"]["name"] == HOSTILE
    assert content(page, "og:title", "property")[0].startswith(HOSTILE.split("\u2028")[0])
