"""Pages of one's account that allauth does not have; its own follow under the same prefix."""

from django.urls import URLPattern, path

from marketplace.account_pages import key_pages, views

app_name = "account_pages"
urlpatterns: list[URLPattern] = [
    path("", views.overview, name="overview"),
    path("keys/", key_pages.own_keys, name="keys"),
    path("keys/<int:pk>/revoke/", key_pages.revoke_key, name="revoke_key"),
    path("data/", views.data, name="data"),
    path("data/export/", views.export, name="export"),
    path("data/delete/", views.delete, name="delete"),
]
