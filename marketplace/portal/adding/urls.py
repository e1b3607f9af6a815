"""The pages of this room: the wizard's steps, and a channel's own page."""

from django.urls import path

from marketplace.portal.adding import address_views, key_views, models_views, terms_urls

urlpatterns = [
    path("<slug:provider>/apis/new/", address_views.new_api, name="new_api"),
    path("<slug:provider>/apis/<int:api>/address/", address_views.api_address, name="api_address"),
    path("<slug:provider>/apis/<int:api>/remove/", address_views.remove_api, name="remove_api"),
    path("<slug:provider>/apis/<int:api>/key/", key_views.api_key, name="api_key"),
    path("<slug:provider>/apis/<int:api>/key/try/", key_views.try_key, name="try_api_key"),
    path("<slug:provider>/apis/<int:api>/key/remove/", key_views.remove_key, name="remove_api_key"),
    path("<slug:provider>/apis/<int:api>/models/", models_views.api_models, name="api_models"),
    *terms_urls.urlpatterns,
]
