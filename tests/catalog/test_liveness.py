"""Whether a channel can be called is the same answer here and in the database."""

from __future__ import annotations

import pytest

from catalog import liveness
from catalog.models import Channel, Credential
from tests.factories import make_channel, make_provider

pytestmark = pytest.mark.django_db
ORIGIN = "https://api.acme.example"


@pytest.mark.parametrize("base_url", [ORIGIN, f"{ORIGIN}/v1", "https://api.acme.example.evil/v1", "https://other/v1"])
@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("allowed", [True, False, None])
def test_a_real_channel_is_live_as_the_database_says(base_url, works, allowed):
    terms = {"allows_trials": allowed, "terms_source": "https://acme.example/terms"}
    provider = make_provider(is_simulated=False, **terms)
    make_channel(provider=provider, base_url=base_url)
    Credential.objects.create(provider=provider, origin=ORIGIN, secret="s", works=works)
    agree()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1"])
def test_a_simulated_channel_is_live_where_simulators_run(url, settings):
    settings.SIMULATORS_URL = url
    make_channel()
    agree()
    assert Channel.objects.with_live().get().live == bool(url)


def agree():
    channel = Channel.objects.select_related("provider").get()
    liveness.mark(channel, liveness.working_origins())
    assert channel.live == Channel.objects.with_live().get().live
