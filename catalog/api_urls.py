"""The catalogue's part of ``/api/v1/``; the names live in the namespace ``api``."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from catalog import api_status
from catalog.api import ChannelViewSet, ModelViewSet, ProviderViewSet, ScenarioViewSet
from catalog.search_api import SearchView

router = SimpleRouter()
router.register("channels", ChannelViewSet, basename="channel")
router.register("providers", ProviderViewSet, basename="provider")
router.register("models", ModelViewSet, basename="model")
router.register("scenarios", ScenarioViewSet, basename="scenario")

urlpatterns = [
    *router.urls,
    path("search/", SearchView.as_view(), name="search"),
    path("status/", api_status.StatusView.as_view(), name="status"),
]
