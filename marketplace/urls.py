"""Every address of the site: pages under their language, machines' addresses without one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from catalog.views import pictures
from marketplace import health, landing
from marketplace.account_pages.api import AccountView
from sandbox.report_pictures import report_picture
from sandbox.streams import follow_trial

api_patterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("v1/", landing.list_addresses, name="addresses"),
    path("v1/trials/<slug:code>/events/", follow_trial, name="trial_events"),
    path("v1/", include("catalog.api_urls")),
    path("v1/", include("sandbox.api_urls")),
    path("v1/account/", AccountView.as_view(), name="account"),
    path("v1/portal/", include("marketplace.portal.api.urls")),
]

handler404 = "catalog.views.missing.not_found"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.choose_language),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("og/site.<slug:language>.png", pictures.site_picture, name="site_picture"),
    path("og/articles/<slug:slug>.<slug:language>.png", pictures.article_picture, name="article_picture"),
    path("og/reports/<slug:code>.<slug:language>.png", report_picture, name="report_picture"),
    path("", include("catalog.root_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/", include((api_patterns, "api"))),
    *i18n_patterns(
        path("", include("catalog.urls")),
        path("", include("sandbox.urls")),
        path("account/", include("marketplace.account_pages.urls")),
        path("account/", include("allauth.urls")),
        path("portal/", include("marketplace.portal.urls")),
    ),
]
