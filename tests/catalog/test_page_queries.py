"""How often each catalogue page asks the database: the first time in a process, and while nothing has changed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.catalog.test_views import furnish, make_real_channel
from tests.factories import make_measurement

pytestmark = pytest.mark.django_db
# Whatever a page keeps in memory has to be read first.
MOST_AT_FIRST = 12
MOST_AGAIN = {
    "": 2,
    "scenarios/": 2,
    "scenarios/writing/": 4,
    "channels/": 1,
    "channels/?scenario=writing&live=no": 1,
    "channels/a-channel/": 5,
    "models/": 1,
    "models/a-model/": 7,
    "providers/": 1,
    "providers/a-provider/": 7,
    "compare/": 2,
    "compare/?channel=a-channel&channel=another": 6,
    "frontier/?scenario=writing&kind=real": 7,
    "search/?q=model": 1,
}


@pytest.mark.parametrize("address", MOST_AGAIN)
def test_asks_no_more_than_this(client: Client, address: str) -> None:
    scenario = furnish(3)
    channel = make_real_channel(slug="a-channel", scenario=scenario)
    make_real_channel(slug="another", scenario=scenario, model=channel.model, provider=channel.provider)
    make_measurement(channel=channel, scenario=scenario, metric="score")
    type(channel.model).objects.filter(pk=channel.model_id).update(slug="a-model")
    type(channel.provider).objects.filter(pk=channel.provider_id).update(slug="a-provider")
    assert asked(client, address) <= MOST_AT_FIRST
    assert asked(client, address) <= MOST_AGAIN[address]


def asked(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as spent:
        assert client.get(f"/en/{address}").status_code == 200
    return len(spent)
