"""The catalogue's pages; the composition root puts the language in front of them."""

from django.urls import path

from catalog.views import channels, compare, home, models, providers, scenarios

app_name = "catalog"
urlpatterns = [
    path("", home.show_home, name="home"),
    path("scenarios/", scenarios.list_scenarios, name="scenarios"),
    path("scenarios/<slug:slug>/", scenarios.show_scenario, name="scenario"),
    path("channels/", channels.list_channels, name="channels"),
    path("channels/<slug:slug>/", channels.show_channel, name="channel"),
    path("compare/", compare.compare, name="compare"),
    path("providers/", providers.list_providers, name="providers"),
    path("providers/<slug:slug>/", providers.show_provider, name="provider"),
    path("models/", models.list_models, name="models"),
    path("models/<slug:slug>/", models.show_model, name="model"),
]
