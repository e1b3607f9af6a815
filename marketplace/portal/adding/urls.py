"""The pages of this room: the steps of adding an API, and a channel's own page."""

from django.urls import URLPattern

from marketplace.portal.adding import terms_urls

urlpatterns: list[URLPattern] = [*terms_urls.urlpatterns]
