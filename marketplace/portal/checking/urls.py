"""Checks as members start and read them."""

from django.urls import URLPattern, path

from marketplace.portal.checking import views

urlpatterns: list[URLPattern] = [
    path("<slug:provider>/apis/<int:api>/check/", views.api_check, name="api_check"),
    path("<slug:provider>/channels/<slug:channel>/checks/", views.start_checks, name="start_checks"),
]
