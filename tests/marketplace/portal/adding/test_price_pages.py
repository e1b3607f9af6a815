from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from catalog.models import Listing, Price, Role
from tests import factories
from tests.marketplace.portal.adding.made import make_api, make_channel, make_member

pytestmark = pytest.mark.django_db
PAGE = "https://example.com/pricing"
HEAD = "model,currency,input,output,source\n"
SHARED = Path(__file__).parents[5] / "shared" / "security"


@pytest.fixture
def api():
    return make_api()


@pytest.fixture
def editor(api, client):
    user = make_member(api.provider)
    client.force_login(user)
    return user


def address(name, api, *args):
    return reverse(f"portal:{name}", args=[api.provider.slug, *(args or [api.pk])])


def send(client, api, text, **fields):
    """Upload a file; what its preview offers to send back."""
    file = SimpleUploadedFile("prices.csv", text if isinstance(text, bytes) else text.encode())
    return client.post(address("api_prices", api), {"file": file, **fields})


def offered(page) -> dict[str, str]:
    """The hidden fields of the preview."""
    html = page.content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(version-\d+|source)" value="([^"]*)">', html))
    return {**fields, "text": page.context["text"]}


def test_a_file_is_looked_at_before_it_is_saved(client, api, editor):
    channel = make_channel(api, wire_name="a")
    page = send(client, api, f"{HEAD}a,CNY,1,2,\n", source=PAGE)
    assert page.status_code == 200
    assert not Price.objects.exists()
    answer = client.post(address("apply_prices", api), offered(page))
    assert answer.status_code == 302
    row = Price.objects.in_force(channel)
    assert (row.input, row.source, row.basis) == (1, PAGE, "stated")


def test_a_file_with_a_fault_is_shown_with_line_column_and_cure_and_can_be_mended_on_the_spot(client, api, editor):
    make_channel(api, wire_name="a")
    page = send(client, api, f"{HEAD}a,CNY,<b>1</b>,2,{PAGE}\n")
    html = page.content.decode()
    assert page.status_code == 422
    assert "Line 2" in html
    assert "<code>input</code>" in html
    assert "&lt;b&gt;1&lt;/b&gt;" in html
    assert f"a,CNY,&lt;b&gt;1&lt;/b&gt;,2,{PAGE}" in html


def test_the_second_of_two_editors_sees_what_their_file_would_change_now(client, api, editor):
    channel = make_channel(api, wire_name="a")
    page = send(client, api, f"{HEAD}a,CNY,1,2,{PAGE}\n")
    channel.version += 1
    channel.save()
    again = client.post(address("apply_prices", api), offered(page))
    assert again.status_code == 409
    assert not Price.objects.exists()
    assert client.post(address("apply_prices", api), offered(again)).status_code == 302
    assert Price.objects.get().input == 1


def test_a_key_in_a_file_is_neither_saved_nor_shown(client, api, editor):
    make_channel(api, wire_name="a")
    key = "sk-" + "a1b2" * 8
    page = send(client, api, f"{HEAD}{key},CNY,1,2,{PAGE}\n")
    assert page.status_code == 422
    assert key not in page.content.decode()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the hostile files are not beside the project")
def test_no_hostile_file_is_an_error_of_ours_or_leaves_anything(client, api, editor):
    make_channel(api, wire_name="a")
    for told in json.loads((SHARED / "bad_datasets" / "manifest.json").read_text())["files"]:
        page = send(client, api, (SHARED / "bad_datasets" / told["file"]).read_bytes())
        assert page.status_code == 422, told["file"]
    assert not Price.objects.exists()


def test_the_template_is_a_file_with_the_apis_models(client, api, editor):
    make_channel(api, wire_name="@cf/model")
    answer = client.get(address("prices_template", api))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode().splitlines()[1].startswith("'@cf/model,")


def test_one_price_is_stated_by_form_with_its_tiers(client, api, editor):
    channel = make_channel(api)
    at = address("channel_prices", api, channel.slug)
    assert client.get(at).status_code == 200
    fields = {"version": channel.version, "currency": "USD", "input": "0.27", "output": "1.1", "source": PAGE}
    answer = client.post(at, {**fields, "above_1": "200000", "input_1": "0.5", "output_1": "2"})
    assert answer.status_code == 302
    row = Price.objects.in_force(channel)
    assert (row.currency, row.tiers) == (
        "USD",
        [{"above": 200000, "input": "0.5", "output": "2", "cache_read": None}],
    )


def test_the_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(client, api, editor):
    channel = make_channel(api)
    at = address("channel_prices", api, channel.slug)
    page = client.post(at, {"version": 1, "currency": "USD", "input": "1,5", "output": "2", "above_2": "many"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) >= {"input", "above_2"}
    assert 'value="1,5"' in page.content.decode()


def test_the_second_of_two_editors_of_a_price_is_told_and_keeps_their_words(client, api, editor):
    channel = make_channel(api)
    at = address("channel_prices", api, channel.slug)
    fields = {"currency": "USD", "output": "2", "source": PAGE}
    client.post(at, {**fields, "version": 1, "input": "1"})
    page = client.post(at, {**fields, "version": 1, "input": "9"})
    assert page.status_code == 409
    assert [(one.theirs, one.yours) for one in page.context["clash"]] == [("1", "9")]
    assert 'value="9"' in page.content.decode()
    assert Price.objects.get().input == 1


def test_an_announced_price_is_taken_back_by_its_button(client, api, editor):
    channel = make_channel(api, listing=Listing.LISTED)
    factories.make_price(channel=channel)
    later = factories.make_price(channel=channel, starts_on=timezone.localdate() + timedelta(days=9))
    client.post(address("take_back_price", api, channel.slug, later.pk))
    assert channel.prices.count() == 1


@pytest.mark.parametrize("name", ["api_prices", "prices_template", "apply_prices"])
def test_another_providers_prices_do_not_exist(client, api, name):
    client.force_login(make_member(make_api().provider, Role.OWNER))
    verb = client.post if name == "apply_prices" else client.get
    assert verb(address(name, api)).status_code == 404
    stranger = make_api()
    client.force_login(make_member(stranger.provider))
    assert verb(reverse(f"portal:{name}", args=[stranger.provider.slug, api.pk])).status_code == 404


def test_a_list_of_many_models_asks_no_more_of_the_database(client, api, editor, django_assert_max_num_queries):
    for _ in range(12):
        factories.make_price(channel=make_channel(api))
    with django_assert_max_num_queries(24):
        assert client.get(address("api_prices", api)).status_code == 200
