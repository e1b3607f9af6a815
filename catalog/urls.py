"""The catalogue's pages; the composition root puts the language in front of them."""

from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.show_home, name="home"),
    path("scenarios/", views.list_scenarios, name="scenarios"),
    path("scenarios/<slug:slug>/", views.show_scenario, name="scenario"),
    path("channels/", views.list_channels, name="channels"),
    path("channels/<slug:slug>/", views.show_channel, name="channel"),
    path("providers/", views.list_providers, name="providers"),
    path("providers/<slug:slug>/", views.show_provider, name="provider"),
    path("models/", views.list_models, name="models"),
    path("models/<slug:slug>/", views.show_model, name="model"),
]
