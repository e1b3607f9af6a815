"""The picture of a shared report: there while it is public, gone with the permission, and honest about simulations."""

from __future__ import annotations

import pytest
from django.utils import translation

from catalog.models import PublicReport
from sandbox import report_pictures, visibility, wording
from tests.factories import make_trial
from tests.sandbox.test_views import report_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _redis_is_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def report():
    return report_of(make_trial())


def test_is_there_for_a_public_report_alone(client, report) -> None:
    address = f"/og/reports/{report.code}.en.png"
    assert client.get(address).status_code == 404
    visibility.publish(report)
    shown = client.get(address)
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/png"
    assert client.get(f"/og/reports/{report.code}.fr.png").status_code == 404
    visibility.revoke(report)
    assert client.get(address, headers={"If-None-Match": shown["ETag"]}).status_code == 404


def test_is_kept_by_nobody_without_asking_again(client, report) -> None:
    visibility.publish(report)
    shown = client.get(f"/og/reports/{report.code}.zh.png")
    assert shown["Cache-Control"] == "no-cache"
    assert client.get(f"/og/reports/{report.code}.zh.png", headers={"If-None-Match": shown["ETag"]}).status_code == 304


@pytest.mark.parametrize(("code", "language"), [("zh", "zh-hans"), ("en", "en")])
def test_says_the_verdict_in_its_language_and_that_it_is_simulated(report, code, language) -> None:
    visibility.publish(report)
    with translation.override(language):
        poster = report_pictures.verdict(report, PublicReport.objects.get(), language=code)
        assert poster.title == wording.recommendation(report.facts).plain
        assert poster.badge
    assert (poster.language, report.facts["simulated"]) == (code, True)


def test_stands_on_a_public_reports_page_and_on_no_other(client, report) -> None:
    address = f"/og/reports/{report.code}.en.png"
    assert address not in client.get(f"/en/reports/{report.code}/").content.decode()
    visibility.publish(report)
    assert address in client.get(f"/en/reports/{report.code}/").content.decode()
