"""Files are served behind either kind of server, and a page behind WSGI does not pay for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory

from marketplace.static_files import serve_static

FILE = "/static/css/tokens.css"


def body(response: Any) -> bytes:
    return b"".join(response)


def test_a_file_is_served_behind_wsgi(client: Client) -> None:
    response = client.get(FILE)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")
    assert b"--" in body(response)


def test_a_file_is_served_behind_asgi() -> None:
    response = async_to_sync(AsyncClient().get)(FILE)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/css")


def test_a_file_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/static/css/no-such.css").status_code == 404


def test_a_page_behind_wsgi_starts_no_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    site = serve_static(lambda _request: HttpResponse("a page"))
    monkeypatch.setattr(asyncio, "new_event_loop", lambda: pytest.fail("an event loop for a page"))
    request: HttpRequest = RequestFactory().get("/en/")
    assert site(request).content == b"a page"


@pytest.mark.django_db
def test_pages_keep_their_safety_headers(client: Client) -> None:
    headers = client.get("/en/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
