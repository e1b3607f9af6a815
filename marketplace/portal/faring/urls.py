"""How a provider's channels fare, and what it says to public reports."""

from django.urls import URLPattern, path

from marketplace.portal.faring import views

urlpatterns: list[URLPattern] = [
    path("<slug:provider>/faring/", views.overview, name="faring_overview"),
    path("<slug:provider>/channels/<slug:channel>/faring/", views.faring, name="faring"),
    path("<slug:provider>/channels/<slug:channel>/faring.csv", views.faring_csv, name="faring_csv"),
    path("<slug:provider>/reports/", views.reports, name="reports"),
    path("<slug:provider>/reports/<slug:code>/reply/", views.reply, name="reply"),
    path("<slug:provider>/reports/<slug:code>/reply/remove/", views.remove_reply, name="remove_reply"),
]
