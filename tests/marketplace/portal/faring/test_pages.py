"""A member looks at how a channel fares, takes it away as a spreadsheet, and replies to reports."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Membership, PublicReport, Role
from marketplace.accounts.models import User
from sandbox.models import Answer, AnswerState
from tests.factories import make_channel, make_measurement, make_scenario, make_trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    scenario = make_scenario()
    channel = make_channel(scenario=scenario)
    make_measurement(channel=channel, scenario=scenario)
    trial = make_trial(scenario=scenario, channels=[channel, make_channel(scenario=scenario)])
    figures = {"ttft_ms": 120.0, "output_tps": 40.0, "finished_at": timezone.now()}
    Answer.objects.of(trial).update(state=AnswerState.DONE, **figures)
    return channel


@pytest.fixture
def signed_in(client, channel):
    def enter(role):
        user = User.objects.create_user(f"a-{role}", email=f"{role}@provider.example")
        Membership.objects.create(provider=channel.provider, user=user, role=role)
        client.force_login(user)
        return client

    return enter


def address(name, channel, query=""):
    return reverse(f"portal:{name}", args=[channel.provider.slug, channel.slug]) + query


def test_a_viewer_sees_rank_speed_and_days(signed_in, channel):
    page = signed_in(Role.VIEWER).get(address("faring", channel)).content.decode()
    assert "1 of 1" in page
    assert "120 ms" in page


def test_the_overview_leads_to_every_channel_that_was_submitted(signed_in, channel):
    page = signed_in(Role.VIEWER).get(reverse("portal:faring_overview", args=[channel.provider.slug])).content.decode()
    assert address("faring", channel) in page


def test_a_spreadsheet_has_the_same_figures(signed_in, channel):
    answer = signed_in(Role.VIEWER).get(address("faring_csv", channel, "?part=days"))
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("day,answers,failed,ttft_ms_p50")
    assert ",2,0,120.0," in rows[1]
    assert answer["Content-Type"].startswith("text/csv")


@pytest.mark.parametrize("query", ["?part=secrets", "?scenario=nowhere"])
def test_what_is_not_there_is_not_found(signed_in, channel, query):
    assert signed_in(Role.VIEWER).get(address("faring_csv", channel, query)).status_code == 404


def test_another_providers_channel_is_not_found(signed_in, channel):
    other = make_channel()
    found = signed_in(Role.OWNER).get(reverse("portal:faring", args=[channel.provider.slug, other.slug]))
    assert found.status_code == 404


def test_a_stranger_finds_nothing(client, channel):
    client.force_login(User.objects.create_user("stranger", email="stranger@elsewhere.example"))
    assert client.get(address("faring", channel)).status_code == 404


def test_an_editor_replies_and_a_viewer_may_not(signed_in, channel):
    shown = PublicReport.objects.create(
        code="no-report-behind-it",
        scenario=channel.scenarios.first(),
        title_zh="标题",
        title_en="Which to choose",
        published_on="2026-11-01",
    )
    shown.channels.add(channel)
    where = reverse("portal:reply", args=[channel.provider.slug, shown.code])
    assert signed_in(Role.VIEWER).get(where).status_code == 404
    editor = signed_in(Role.EDITOR)
    assert "Which to choose" in editor.get(reverse("portal:reports", args=[channel.provider.slug])).content.decode()
    refused = editor.post(where, {"text": ""})
    assert refused.status_code == 400
    assert "Take one from the list" in refused.content.decode()
