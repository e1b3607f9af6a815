"""The sandbox's pages."""

from django.urls import path

from sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("trials/new/", views.new_trial, name="new_trial"),
    path("trials/quote/", views.quote, name="quote"),
    path("trials/<slug:code>/", views.trial, name="trial"),
    path("trials/<slug:code>/state/", views.trial_state, name="trial_state"),
    path("trials/<slug:code>/cancel/", views.cancel_trial, name="cancel_trial"),
    path("method/", views.method, name="method"),
    path("reports/<slug:code>/", views.report, name="report"),
    path("reports/<slug:code>/revoke/", views.revoke_report, name="revoke_report"),
    path("reports/<slug:code>/answers/<slug:prompt>/", views.report_prompt, name="report_prompt"),
]
