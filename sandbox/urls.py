"""The sandbox's pages."""

from django.urls import path

from sandbox import own_views, report_views, views
from sandbox.conformance.views import show_run

app_name = "sandbox"
urlpatterns = [
    path("trials/new/", views.new_trial, name="new_trial"),
    path("trials/quote/", views.quote, name="quote"),
    path("trials/mine/", own_views.my_trials, name="my_trials"),
    path("trials/mine/delete/", own_views.delete_all, name="delete_trials"),
    path("trials/<slug:code>/", views.trial, name="trial"),
    path("trials/<slug:code>/state/", views.trial_state, name="trial_state"),
    path("trials/<slug:code>/cancel/", views.cancel_trial, name="cancel_trial"),
    path("trials/<slug:code>/delete/", own_views.delete_one, name="delete_trial"),
    path("method/", views.method, name="method"),
    path("conformance/<slug:code>/", show_run, name="conformance"),
    path("reports/<slug:code>/", report_views.report, name="report"),
    path("reports/<slug:code>/audience/", report_views.change_audience, name="change_audience"),
    path("reports/<slug:code>/complain/", report_views.complain, name="complain"),
    path("reports/<slug:code>/revoke/", report_views.revoke_report, name="revoke_report"),
    path("reports/<slug:code>/charts/<int:answer>.svg", report_views.chart_picture, name="chart_picture"),
    path("reports/<slug:code>/answers/<slug:prompt>/", report_views.report_prompt, name="report_prompt"),
]
