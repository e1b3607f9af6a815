"""The catalogue's pages; the composition root puts the language in front of them."""

from django.urls import path

from catalog import feeds
from catalog.views import (
    articles,
    channels,
    compare,
    frontier,
    home,
    machines,
    models,
    providers,
    scenarios,
    search,
    trust,
)

app_name = "catalog"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("scenarios/", scenarios.list_scenarios, name="scenarios"),
    path("scenarios/<slug:slug>/", scenarios.show_scenario, name="scenario"),
    path("scenarios/<slug:slug>/feed.atom", feeds.scenario_atom, name="scenario_atom"),
    path("channels/", channels.list_channels, name="channels"),
    path("channels/<slug:slug>/", channels.show_channel, name="channel"),
    path("compare/", compare.compare, name="compare"),
    path("providers/", providers.list_providers, name="providers"),
    path("providers/<slug:slug>/", providers.show_provider, name="provider"),
    path("models/", models.list_models, name="models"),
    path("frontier/", frontier.show_frontier, name="frontier"),
    path("models/<slug:slug>/", models.show_model, name="model"),
    path("articles/", articles.list_articles, name="articles"),
    path("articles/feed.atom", feeds.articles_atom, name="feed"),
    path("articles/feed.rss", feeds.articles_rss, name="feed_rss"),
    path("articles/<slug:slug>/", articles.show_article, name="article"),
    path("manifest.webmanifest", machines.manifest, name="manifest"),
    path("how-we-make-money/", trust.show_money, name="money"),
    path("privacy/", trust.show_privacy, name="privacy"),
    path("terms/", trust.show_terms, name="terms"),
    path("accessibility/", trust.show_accessibility, name="accessibility"),
    path("status/", trust.show_status, name="status"),
    path("search/", search.show_results, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
]
