"""Articles as their readers find them: in their language where there is one, dated, with what to read next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.articles import pictures
from catalog.articles.pictures import Drawn
from catalog.models import Article
from tests.factories import (
    make_article,
    make_channel,
    make_measurement,
    make_model,
    make_provider,
    make_scenario,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
CHART = (
    '```chart\ntitle = "Gain & more"\nkind = "bar"\nx = "Set"\nseries = ["a"]\n'
    'rows = [["Phones", 7.81], ["Films", ""]]\n```\n'
)


@pytest.fixture(autouse=True)
def _no_drawing(monkeypatch):
    """Pictures are drawn elsewhere; here it matters where they stand."""
    monkeypatch.setattr(
        pictures, "draw_all", lambda charts: {each: Drawn('<svg class="wide"></svg>', "<svg></svg>") for each in charts}
    )


def page_of(client, slug: str = "", *, language: str = "en", status: int = 200, **query: str) -> str:
    response = client.get(f"/{language}/articles/{slug}{'/' if slug else ''}", query)
    assert response.status_code == status
    return response.content.decode()


# -- the list -------------------------------------------------------------------------------------------------------


def test_lists_published_articles_newest_first_and_neither_drafts_nor_those_that_wait(client) -> None:
    make_article(slug="old", published_on=date(2026, 1, 1))
    make_article(slug="new", published_on=date(2026, 2, 1))
    make_article(slug="draft", published_on=None)
    make_article(slug="waits", published_on=timezone.localdate() + timedelta(days=1))
    page = page_of(client)
    assert page.index("Title new") < page.index("Title old")
    assert "Title draft" not in page
    assert "Title waits" not in page
    assert "/en/articles/feed.atom" in page
    assert "/en/articles/feed.rss" in page


def test_narrows_the_list_to_a_topic_and_says_when_there_is_none(client) -> None:
    make_article(slug="cheap", topics=["price"])
    make_article(slug="other", topics=["privacy"])
    page = page_of(client, topic="price")
    assert "Title cheap" in page
    assert "Title other" not in page
    assert "No article is about" in page_of(client, topic="nothing-of-the-kind")


def test_takes_any_page_number_and_an_empty_shelf(client) -> None:
    assert "No article is published yet" in page_of(client)
    for number in range(14):
        make_article(slug=f"a-{number:02}")
    assert "Title a-13" in page_of(client, page="1000000000")
    assert "Title a-00" in page_of(client, page="nonsense")


def test_lists_many_articles_with_few_queries(client, django_assert_max_num_queries) -> None:
    for _ in range(14):
        make_article(topics=["price"])
    with django_assert_max_num_queries(MOST_QUERIES):
        page_of(client)


# -- one article ----------------------------------------------------------------------------------------------------


def test_shows_who_wrote_it_when_and_how_long_it_takes(client) -> None:
    make_article(slug="a", author_en="An editor", published_on=date(2026, 1, 2), updated_on=date(2026, 3, 4))
    page = page_of(client, "a")
    assert "An editor" in page
    assert 'datetime="2026-01-02"' in page
    assert 'datetime="2026-03-04"' in page
    assert "1 minute to read" in page
    assert 'href="#s-part-one"' in page


def test_is_not_found_before_its_day(client) -> None:
    make_article(slug="draft", published_on=None)
    make_article(slug="waits", published_on=timezone.localdate() + timedelta(days=1))
    for slug in ("draft", "waits", "never"):
        page_of(client, slug, status=404)


def test_names_both_languages_of_an_article_that_has_both(client) -> None:
    make_article(slug="a")
    page = page_of(client, "a")
    assert 'hreflang="zh-Hans" href="http://testserver/zh-hans/articles/a/"' in page
    assert 'hreflang="en" href="http://testserver/en/articles/a/"' in page
    assert "only." not in page
    assert '<link rel="canonical" href="http://testserver/en/articles/a/">' in page


def test_says_in_which_language_alone_an_article_is_written_and_leads_there(client) -> None:
    make_article(slug="a", title_en="", body_en="", summary_en="")
    page = page_of(client, "a")
    assert "This article is written in Chinese only." in page
    assert '<link rel="canonical" href="http://testserver/zh-hans/articles/a/">' in page
    assert 'hreflang="en" href="http://testserver' not in page
    assert '<header class="article__head" lang="zh-Hans">' in page
    assert page_of(client, "a", language="zh-hans").count('rel="canonical"') == 1


def test_shows_a_chart_with_the_same_figures_as_a_table(client) -> None:
    make_article(slug="a", body_en=f"## One\n\n{CHART}")
    page = page_of(client, "a")
    assert '<svg class="wide"></svg>' in page
    assert "Gain &amp; more" in page
    assert '<td class="num">7.81</td>' in page
    assert '<td class="num">–</td>' in page


def test_opens_the_table_where_no_picture_could_be_drawn(client, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "draw_all", lambda charts: {})
    article = make_article(slug="a", body_en=CHART)
    assert '<details class="article-more" open>' in page_of(client, "a")
    assert article.rendered["digest"] == ""  # it is tried again at the next saving


def test_prints_sources_by_number_and_links_web_addresses_alone(client) -> None:
    sources = [
        {"title": "Paper", "url": "https://paper.example/", "checked_on": "2026-01-02"},
        {"title": "Trick", "url": "javascript:alert(1)", "checked_on": "soon"},
    ]
    make_article(slug="a", body_en="x[^1][^2]", sources=sources)
    page = page_of(client, "a")
    assert '<li id="source-1"><a href="https://paper.example/"' in page
    assert '<li id="source-2">Trick</li>' in page.replace("\n", "")
    assert "javascript:" not in page


def test_leads_to_the_next_by_date_on_either_side_in_a_stable_order(client) -> None:
    for slug, day in (("a", 1), ("b", 2), ("c", 2), ("d", 3)):
        make_article(slug=slug, published_on=date(2026, 1, day))
    page = page_of(client, "c")
    assert 'rel="prev" href="/en/articles/a/"' in page
    assert 'rel="next" href="/en/articles/b/"' in page
    assert 'rel="next"' not in page_of(client, "d")
    assert 'rel="prev"' not in page_of(client, "a")


def test_offers_what_is_about_the_same_things_and_never_itself(client) -> None:
    make_article(slug="here", topics=["price"], body_en="Prices of models.")
    make_article(slug="near", topics=["price"], body_en="Prices of models.")
    make_article(slug="far", topics=["privacy"], body_en="Something else.")
    page = page_of(client, "here").split('aria-labelledby="related"')[1].split("</section>")[0]
    assert page.index("Title near") < page.index("Title far")
    assert "Title here" not in page


def test_offers_a_new_article_at_once(client) -> None:
    make_article(slug="here")
    assert "You may also like" not in page_of(client, "here")
    make_article(slug="fresh")
    assert "Title fresh" in page_of(client, "here")


def test_leads_to_what_it_is_about(client) -> None:
    provider = make_provider(is_simulated=False, slug="acme", name_en="Acme")
    model = make_model(slug="big-one", name="Big one")
    make_channel(provider=provider, model=model, slug="acme-big", base_url="https://acme.example/v1")
    scenario = make_scenario(slug="deep", title_en="Deep thought")
    make_article(slug="a", scenarios=[scenario.slug, "gone"], ai_models=["big-one", "gone"], providers=["acme", "gone"])
    page = page_of(client, "a")
    for address in ("/scenarios/deep/", "/models/big-one/", "/providers/acme/", "/channels/acme-big/"):
        assert f'href="/en{address}"' in page


# -- what was measured ----------------------------------------------------------------------------------------------

LIVE = '```measured\nscenario = "deep"\nlimit = 2\n```\n'


def test_says_honestly_that_nothing_real_was_measured_yet(client) -> None:
    scenario = make_scenario(slug="deep", title_en="Deep thought")
    make_measurement(channel=make_channel(scenario=scenario, slug="play"), scenario=scenario)
    make_article(slug="a", body_en=LIVE)
    page = page_of(client, "a")
    assert "No real channel has been measured in Deep thought yet" in page
    assert page.index("Simulated channels in the same scenario") < page.index("/channels/play/")


def test_ranks_real_channels_by_their_largest_run_with_intervals_and_samples(client) -> None:
    scenario = make_scenario(slug="deep")
    provider = make_provider(is_simulated=False)
    for slug, value in (("fair", 6.0), ("best", 9.0), ("third", 5.0)):
        channel = make_channel(scenario=scenario, slug=slug, provider=provider, base_url="https://a.example")
        make_measurement(channel=channel, scenario=scenario, value=value, samples=24, low=value - 0.5, high=value + 0.5)
        make_measurement(channel=channel, scenario=scenario, value=1.0, samples=3)
    make_article(slug="a", body_en=LIVE)
    page = page_of(client, "a")
    assert page.index("/channels/best/") < page.index("/channels/fair/")
    assert "/channels/third/" not in page
    assert "[8.5, 9.5]" in page
    assert ">24<" in page
    assert "1.0 of 10" not in page


def test_shows_new_measurements_without_saving_the_article_again(client) -> None:
    scenario = make_scenario(slug="deep")
    make_article(slug="a", body_en=LIVE)
    assert "No real channel has been measured" in page_of(client, "a")
    channel = make_channel(scenario=scenario, provider=make_provider(is_simulated=False), base_url="https://a.example")
    make_measurement(channel=channel, scenario=scenario)
    assert "No real channel has been measured" not in page_of(client, "a")


def test_takes_few_queries_however_much_stands_on_the_page(client, django_assert_max_num_queries) -> None:
    scenarios = [make_scenario(slug=f"deep-{number}") for number in range(3)]
    provider = make_provider(is_simulated=False, slug="acme")
    for scenario in scenarios:
        for _ in range(4):
            channel = make_channel(scenario=scenario, provider=provider, base_url="https://a.example")
            make_measurement(channel=channel, scenario=scenario)
    for _ in range(6):
        make_article(topics=["price"])
    live = "\n".join(LIVE.replace('"deep"', f'"{each.slug}"') for each in scenarios)
    models = [channel.model.slug for channel in provider.channels.all()]
    make_article(
        slug="a", body_en=live, scenarios=[each.slug for each in scenarios], ai_models=models, providers=["acme"]
    )
    with django_assert_max_num_queries(MOST_QUERIES):
        page_of(client, "a")


# -- where it is shared ---------------------------------------------------------------------------------------------


def test_tells_who_shares_it_its_title_day_and_picture(client) -> None:
    make_article(slug="a", title_en='Say "yes" & go', published_on=date(2026, 1, 2))
    page = page_of(client, "a")
    assert '<meta property="og:title" content="Say &quot;yes&quot; &amp; go">' in page
    assert '<meta property="og:image" content="http://testserver/og/articles/a.en.png">' in page
    assert '<meta property="article:published_time" content="2026-01-02">' in page
    assert '<meta property="og:type" content="article">' in page
    assert '<meta property="og:url" content="http://testserver/en/articles/a/">' in page


def test_every_other_page_has_the_sites_picture(client) -> None:
    page = client.get("/zh-hans/scenarios/").content.decode()
    assert 'content="http://testserver/og/site.zh.png"' in page


# -- the row ----------------------------------------------------------------------------------------------------------


def test_reads_its_text_again_whenever_it_is_saved() -> None:
    article = make_article()
    article.body_en = "Changed."
    article.save(update_fields=["body_en"])
    article.refresh_from_db()
    assert "Changed." in article.rendered["en"]["parts"][0]["html"]


def test_reads_an_unchanged_text_once(monkeypatch) -> None:
    article = make_article()
    monkeypatch.setattr(pictures, "draw_all", lambda charts: pytest.fail("read again") if charts else {})
    kept = article.rendered
    article.save()
    assert Article.objects.get().rendered == kept
