"""The search page, its suggestions, its JSON, and the page where nothing is: whatever is typed, they answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.search import index, ranking
from catalog.views import missing
from tests import factories

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "zh-hans"]
MOST_QUERIES = 12
BAD = [
    "' OR 1=1; DROP TABLE catalog_channel; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "qwen\0",
    "字" * 10_000,
    "a" * 10_000,
    "?!…()[]*",
    "\u202eqwen\u200f שלום",
    "🦙🔍",
    "(a+)+$" * 30,
    "%",
    "_",
    "\\",
    "#image",
    " ".join(str(number) for number in range(300)),
]


@pytest.fixture
def catalogue() -> None:
    real = factories.make_provider(slug="acme", name_en="Acme", name_zh="顶点", is_simulated=False)
    model = factories.make_model(slug="qwen3-32b", name="Qwen3 32B", maker="alibaba", maker_name="Alibaba")
    factories.make_channel(slug="acme-qwen3-32b", provider=real, model=model, base_url="https://api.acme.example/v1")
    factories.make_channel(slug="sim-qwen3", model=model)
    factories.make_scenario(slug="text-generation", title_en="Text generation", title_zh="文本生成")


def page(client: Client, path: str, language: str = "en", status: int = 200, **query: Any) -> str:
    response = client.get(f"/{language}/{path}", query)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_shows_what_was_found_with_kinds_prices_and_marks(client: Client, catalogue: None, language: str) -> None:
    html = page(client, "search/", language, q="千问")
    assert f'href="/{language}/models/qwen3-32b/"' in html
    assert f'href="/{language}/channels/acme-qwen3-32b/"' in html
    assert "“千问”" in html
    assert "badge--simulated" in html
    assert html.index("/channels/acme-qwen3-32b/") < html.index("/channels/sim-qwen3/")
    assert f'href="/{language}/search/?q=%E5%8D%83%E9%97%AE&amp;kind=channel"' in html
    assert "¥" in html


def test_a_kind_narrows_and_counts_stay(client: Client, catalogue: None) -> None:
    html = page(client, "search/", q="qwen", kind="channel")
    assert "/models/qwen3-32b/" not in html
    assert "kind=model" in html
    assert page(client, "search/", q="qwen", kind="nonsense").count("/models/qwen3-32b/") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_box_and_a_fruitless_one_offer_something_else(client: Client, catalogue: None, language: str) -> None:
    for query in ("", "zzzzzz qqqqqq"):
        html = page(client, "search/", language, q=query)
        assert "/models/qwen3-32b/" in html
        assert f'href="/{language}/channels/"' in html


def test_says_how_a_slip_was_read(client: Client, catalogue: None) -> None:
    assert '<a href="/en/search/?q=qwen+3">qwen 3</a>' in page(client, "search/", q="qwne3")


@pytest.mark.parametrize("query", BAD)
def test_whatever_is_typed_is_answered_and_escaped(client: Client, catalogue: None, query: str) -> None:
    for path in ("search/", "search/suggest/"):
        for extra in ({}, {"kind": "model"}, {"page": "1000000000"}, {"page": "x"}):
            html = page(client, path, q=query, **extra)
            assert "<script>alert" not in html
            assert "<img src=x" not in html
            assert "\0" not in html
    assert client.get("/api/v1/search/", {"q": query}).status_code == 200


def test_bytes_that_are_no_text_are_answered(client: Client, catalogue: None) -> None:
    for query in ("%ff%fe", "%ed%a0%80", "%00", "%"):
        assert client.get(f"/en/search/?q={query}").status_code == 200
        assert client.get(f"/en/search/suggest/?q={query}").status_code == 200


def test_takes_few_queries_however_much_is_found(client: Client, catalogue: None) -> None:
    for place in range(25):
        factories.make_channel(model=factories.make_model(slug=f"qwen-{place}", name=f"Qwen {place}"))
    index.current()
    for query in ({"q": "qwen"}, {"q": "qwen", "kind": "channel", "page": 2}, {"q": ""}, {"q": "zzzz"}):
        with CaptureQueriesContext(connection) as asked:
            page(client, "search/", **query)
        assert len(asked) <= MOST_QUERIES, query


def test_suggests_at_most_eight_and_may_be_kept_for_a_while(client: Client, catalogue: None) -> None:
    for place in range(12):
        factories.make_channel(model=factories.make_model(slug=f"qwen-{place}", name=f"Qwen {place}"))
    response = client.get("/zh-hans/search/suggest/?q=qw")
    found = response.json()["suggestions"]
    assert len(found) == 8
    assert set(found[0]) == {"kind", "title", "subtitle", "url"}
    assert sum(each["kind"] == "channel" for each in found) <= 3
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert client.get("/en/search/suggest/").json() == {"suggestions": []}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_the_box_as_a_plain_form(client: Client, catalogue: None, language: str) -> None:
    html = page(client, "providers/", language)
    assert f'role="search" action="/{language}/search/" method="get"' in html
    assert f'data-search="/{language}/search/suggest/"' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_slug_offers_what_is_called_like_it(client: Client, catalogue: None, language: str) -> None:
    html = page(client, "models/qwen-3-33b/", language, status=404)
    assert f'href="/{language}/models/qwen3-32b/"' in html
    assert 'value="qwen 3 33b"' in html
    assert f'href="/{language}/providers/acme/"' in page(client, "providers/acmee/", language, status=404)
    assert 'role="search"' in page(client, "nothing/here/", language, status=404)


def test_a_mistyped_channel_leads_to_goods_before_texts_that_mention_them() -> None:
    found = [ranking.Hit(kind, document=None, score=1.0) for kind in ("article", "provider", "scenario", "model")]
    assert [hit.kind for hit in missing.goods_first(found, wanted=True)] == ["provider", "model", "article", "scenario"]
    assert missing.goods_first(found, wanted=False) == found


def test_the_address_of_a_trial_or_report_is_not_searched_for(client: Client, catalogue: None) -> None:
    assert "/models/qwen3-32b/" not in page(client, "reports/qwen3-32b/", status=404)


def test_the_page_where_nothing_is_does_not_fail_with_the_index(
    client: Client, catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("no index")

    monkeypatch.setattr(index, "current", fail)
    assert 'role="search"' in page(client, "models/nope/", status=404)


def test_a_program_still_gets_a_problem_document(client: Client) -> None:
    response = client.get("/api/v1/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


def test_the_api_finds_the_same_in_the_same_order(client: Client, catalogue: None) -> None:
    body = client.get("/api/v1/search/?q=qwen&page_size=2", headers={"accept-language": "en"}).json()
    assert [row["slug"] for row in body["results"]] == ["qwen3-32b", "acme-qwen3-32b"]
    assert (body["count"], body["kinds"], body["meant"]) == (3, {"model": 1, "channel": 2}, "")
    assert body["results"][0] == {
        "kind": "model",
        "slug": "qwen3-32b",
        "title": "Qwen3 32B",
        "subtitle": "Alibaba",
        "url": "/en/models/qwen3-32b/",
        "simulated": False,
        "matched": [],
    }
    more = client.get(body["next"]).json()
    assert [row["simulated"] for row in more["results"]] == [True]


@pytest.mark.parametrize(("query", "status"), [({"kind": "soap"}, 400), ({"page_size": 0}, 400), ({"page": 99}, 404)])
def test_the_api_says_what_is_wrong(client: Client, catalogue: None, query: dict[str, Any], status: int) -> None:
    response = client.get(f"/api/v1/search/?{urlencode({'q': 'qwen', **query})}")
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error["field"] == next(iter(query))
