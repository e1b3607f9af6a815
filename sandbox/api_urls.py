"""The sandbox's part of ``/api/v1/``."""

from django.urls import path

from sandbox import api, picture_views

urlpatterns = [
    path("trials/", api.TrialList.as_view(), name="trials"),
    path("trials/<slug:code>/", api.TrialDetail.as_view(), name="trial"),
    path("trials/<slug:code>/cancel/", api.TrialCancel.as_view(), name="trial_cancel"),
    path("trials/<slug:code>/pictures/<int:pk>/", picture_views.picture, name="trial_picture"),
    path("reports/<slug:code>/", api.ReportDetail.as_view(), name="report"),
]
