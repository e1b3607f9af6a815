"""A shared page's form needs no token where the browser says that our own page sent it, and only there."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
FORM = "/en/trials/new/"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}],
    ids=["fetch metadata", "an older browser's origin"],
)
def test_takes_our_own_pages_form_without_a_token(browser: Client, headers: dict[str, str]) -> None:
    assert browser.post(FORM, {}, headers=headers).status_code != 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
    ids=["another site", "a sister domain", "no page at all", "another origin", "a sandboxed frame", "nothing said"],
)
def test_refuses_what_no_page_of_ours_sent(browser: Client, headers: dict[str, str]) -> None:
    assert browser.post(FORM, {}, headers=headers).status_code == 403


def test_asks_for_the_token_wherever_a_view_does_not_say_otherwise(browser: Client) -> None:
    assert browser.post("/admin/login/", {}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 403
