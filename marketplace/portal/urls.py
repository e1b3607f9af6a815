"""The portal's pages, room by room. A provider's slug comes first; words of ours are no slugs (``organisation``)."""

from django.urls import include, path

app_name = "portal"
urlpatterns = [
    path("", include("marketplace.portal.listing.urls")),
    path("", include("marketplace.portal.organisation.urls")),
    path("", include("marketplace.portal.adding.urls")),
    path("", include("marketplace.portal.checking.urls")),
    path("", include("marketplace.portal.faring.urls")),
]
