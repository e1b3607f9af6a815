"""What machines look for at the root, without a language."""

from django.urls import path

from catalog.views import machines

urlpatterns = [
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap_index"),
    path("sitemaps/<slug:section>-<int:page>.xml", machines.sitemap, name="sitemap"),
    path("llms.txt", machines.llms, name="llms"),
    path("llms-full.txt", machines.llms_full, name="llms_full"),
    path(".well-known/security.txt", machines.security, name="security"),
    path("favicon.ico", machines.favicon, name="favicon"),
]
