"""Submission and review, suspension and last days. The operators' addresses begin with ``review/``."""

from django.urls import URLPattern, path

from marketplace.portal.listing import life_views, review_views, views

urlpatterns: list[URLPattern] = [
    path("review/", review_views.show_queue, name="queue"),
    path("review/<int:pk>/", review_views.show_submission, name="submission"),
    path("review/channels/", review_views.show_channels, name="standings"),
    path("review/channels/<slug:channel>/", life_views.show_standing, name="standing"),
    path("<slug:provider>/apis/<int:api>/submit/", views.submit_api, name="api_submit"),
    path("<slug:provider>/channels/<slug:channel>/withdraw/", views.withdraw_channel, name="channel_withdraw"),
    path("<slug:provider>/channels/<slug:channel>/sunset/", life_views.set_last_day, name="channel_sunset"),
    path("<slug:provider>/channels/<slug:channel>/retire/", life_views.retire_channel, name="channel_retire"),
]
