"""Prices, limits, scenarios, terms, and a channel's own page."""

from django.urls import path

from marketplace.portal.adding import channel_pages, price_pages, terms_pages

urlpatterns = [
    path("<slug:provider>/terms/", terms_pages.show_terms, name="terms"),
    path("<slug:provider>/terms/agree/", terms_pages.agree, name="agree"),
    path("<slug:provider>/apis/<int:api>/prices/", price_pages.api_prices, name="api_prices"),
    path("<slug:provider>/apis/<int:api>/prices/apply/", price_pages.apply_prices, name="apply_prices"),
    path("<slug:provider>/apis/<int:api>/prices.csv", price_pages.prices_template, name="prices_template"),
    path("<slug:provider>/apis/<int:api>/limits/", terms_pages.api_limits, name="api_limits"),
    path("<slug:provider>/apis/<int:api>/scenarios/", terms_pages.api_scenarios, name="api_scenarios"),
    path("<slug:provider>/channels/<slug:channel>/", channel_pages.show_channel, name="channel"),
    path("<slug:provider>/channels/<slug:channel>/prices/", price_pages.channel_prices, name="channel_prices"),
    path(
        "<slug:provider>/channels/<slug:channel>/prices/<int:price>/take-back/",
        price_pages.take_back_price,
        name="take_back_price",
    ),
]
