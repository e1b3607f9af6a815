"""The peer of ``benchmarks.pages``: one Django project in one file, one template of 50 rows out of 10,000, no frills.

It has what a careful programmer writes in an hour: Django's own middleware, cached templates, ``select_related``, a
paginator and a list of providers beside the rows. A WSGI server loads ``application``; BARE_DATABASE_URL names the
database.
"""

from __future__ import annotations

import os
import random
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse

ROWS, PAGE = 10_000, 50
BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
</head>
<body><nav><a href="/">Home</a></nav><main>{% block main %}{% endblock %}</main></body></html>"""
LIST = """{% extends "base" %}{% block title %}Channels{% endblock %}{% block main %}
<aside>{% for p in providers %}<a href="?provider={{ p.pk }}">{{ p.name }}</a>{% endfor %}</aside>
<table>{% for c in page %}<tr class="{% cycle 'a' 'b' %}"><td><a href="/c/{{ c.slug }}">{{ c.name }}</a></td>
<td>{{ c.provider.name }}</td><td>{{ c.price_in|floatformat:4 }}</td><td>{{ c.price_out|floatformat:4 }}</td>
<td>{{ c.context }}</td><td>{{ c.score|floatformat:2 }}</td><td>{% if c.active %}yes{% else %}no{% endif %}</td>
<td>{{ c.created|date:"Y-m-d H:i" }}</td></tr>{% endfor %}</table>
<p>Page {{ page.number }} of {{ page.paginator.num_pages }} ({{ page.paginator.count }})</p>{% endblock %}"""


def configure(url: str) -> None:
    from marketplace.settings import database

    loaders = [
        (
            "django.template.loaders.cached.Loader",
            [("django.template.loaders.locmem.Loader", {"base": BASE, "list": LIST})],
        )
    ]
    settings.configure(
        SECRET_KEY="bare" * 16,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": database(url)},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}],
    )
    django.setup()


if not settings.configured:
    configure(os.environ["BARE_DATABASE_URL"])


class Provider(models.Model):  # noqa: DJ008
    name = models.CharField(max_length=80)

    class Meta:
        app_label = "bare"


class Channel(models.Model):  # noqa: DJ008
    provider = models.ForeignKey(Provider, models.CASCADE)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120)
    price_in = models.DecimalField(max_digits=12, decimal_places=6)
    price_out = models.DecimalField(max_digits=12, decimal_places=6)
    context = models.IntegerField()
    score = models.FloatField()
    active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bare"
        indexes = [models.Index(fields=["-score", "id"], name="bare_by_score")]


def show_list(request: HttpRequest) -> HttpResponse:
    from django.core.paginator import Paginator
    from django.shortcuts import render

    rows = Channel.objects.select_related("provider").order_by("-score", "id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "list", {"page": page, "providers": Provider.objects.all()})


def __getattr__(name: str) -> Any:
    """``urlpatterns`` and ``application`` as Django and the server ask for them."""
    if name == "urlpatterns":
        from django.urls import path

        return [path("", show_list)]
    if name == "application":
        return get_wsgi_application()
    raise AttributeError(name)


def fill() -> None:
    """The tables, and the rows in them."""
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(Provider)
        editor.create_model(Channel)
    chance = random.Random(1)
    providers = Provider.objects.bulk_create(Provider(name=f"Provider {place}") for place in range(20))
    Channel.objects.bulk_create(
        (
            Channel(
                provider=providers[place % 20],
                name=f"Model name {place}",
                slug=f"model-{place}",
                price_in=round(chance.random(), 4),
                price_out=round(9 * chance.random(), 4),
                context=128_000,
                score=chance.random() * 2000,
            )
            for place in range(ROWS)
        ),
        batch_size=1_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    fill()
