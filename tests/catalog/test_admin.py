"""The operator's desk: every list opens, secrets stay inside, prices stay as they were."""

import pytest
from django.contrib import admin
from django.urls import path, reverse
from django.utils import timezone

from catalog.admin import masked
from catalog.models import Credential, Measurement, Price, PublicReport
from marketplace.accounts.models import User
from tests.factories import SOME_DAY, make_channel, make_provider, make_scenario

urlpatterns = [path("admin/", admin.site.urls)]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
SECRET = "a-secret-that-was-entered-by-hand"
MODELS = [
    *("provider", "credential", "aimodel", "channel", "price", "fxrate"),
    *("scenario", "rubric", "dimension", "measurement", "publicreport", "article"),
]


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("op", password="not-a-real-password"))
    return client


@pytest.fixture
def credential():
    provider = make_provider(slug="acme", is_simulated=False)
    return Credential.objects.create(provider=provider, origin="https://api.acme.example", secret=SECRET, works=True)


def write(desk, credential=None, **fields):
    name = "catalog_credential_change" if credential else "catalog_credential_add"
    url = reverse(f"admin:{name}", args=[credential.pk] if credential else [])
    return desk.post(url, fields)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_searches(desk, model, credential):
    scenario = make_scenario()
    channel = make_channel(scenario=scenario, provider=credential.provider)
    seen = {"report": "r", "measured_at": timezone.now()}
    Measurement.objects.create(channel=channel, scenario=scenario, metric="score", value=7, samples=6, **seen)
    PublicReport.objects.create(code="r", scenario=scenario, title_zh="t", title_en="t", published_on=SOME_DAY)
    url = reverse(f"admin:catalog_{model}_changelist")
    assert desk.get(url).status_code == 200
    assert desk.get(url, {"q": "a"}).status_code in {200, 302}


def test_the_list_of_channels_costs_the_same_however_long(desk, django_assert_max_num_queries):
    for _ in range(9):
        make_channel()
    with django_assert_max_num_queries(14):
        desk.get(reverse("admin:catalog_channel_changelist"))


def test_people_are_listed(desk):
    assert desk.get(reverse("admin:accounts_user_changelist")).status_code == 200


def test_a_secret_never_leaves_the_desk(desk, credential):
    for page in (
        reverse("admin:catalog_credential_changelist"),
        reverse("admin:catalog_credential_change", args=[credential.pk]),
        reverse("admin:catalog_provider_change", args=[credential.provider.pk]),
    ):
        html = desk.get(page).content.decode()
        assert SECRET not in html
    assert "••••hand" in desk.get(reverse("admin:catalog_credential_changelist")).content.decode()


@pytest.mark.parametrize(
    ("secret", "shown"), [("env:ACME_KEY", "env:ACME_KEY"), ("", "none"), ("short", "••••"), (SECRET, "••••hand")]
)
def test_shows_what_tells_secrets_apart_and_no_more(secret, shown):
    assert masked(Credential(secret=secret)) == shown


def test_an_unreadable_secret_does_not_take_the_list_down(desk, credential, settings):
    settings.CREDENTIAL_KEYS = ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
    html = desk.get(reverse("admin:catalog_credential_changelist")).content.decode()
    assert "unreadable" in html


def test_a_new_credential_is_stored_for_its_origin(desk):
    provider = make_provider(is_simulated=False)
    write(desk, provider=provider.pk, origin="https://API.acme.example/", new_secret=SECRET)
    credential = Credential.objects.get()
    assert (credential.origin, credential.secret, credential.works) == ("https://api.acme.example", SECRET, False)


def test_a_credential_without_a_key_or_with_a_path_is_refused(desk):
    provider = make_provider(is_simulated=False)
    write(desk, provider=provider.pk, origin="https://api.acme.example", new_secret="")
    write(desk, provider=provider.pk, origin="https://api.acme.example/v1", new_secret=SECRET)
    write(desk, provider=provider.pk, origin="acme", new_secret=SECRET)
    assert not Credential.objects.exists()


def test_an_empty_field_keeps_the_key_and_what_the_probe_found(desk, credential):
    write(desk, credential, provider=credential.provider.pk, origin=credential.origin, new_secret="")
    credential = Credential.objects.get()
    assert (credential.secret, credential.works) == (SECRET, True)


def test_a_new_key_has_to_be_probed_again(desk, credential):
    write(desk, credential, provider=credential.provider.pk, origin=credential.origin, new_secret="another")
    credential = Credential.objects.get()
    assert (credential.secret, credential.works) == ("another", False)


def test_a_new_origin_wants_the_key_again(desk, credential):
    write(desk, credential, provider=credential.provider.pk, origin="https://evil.example", new_secret="")
    assert Credential.objects.get().origin == "https://api.acme.example"


def test_a_price_may_be_ended_but_not_edited_or_deleted(desk):
    price = Price.objects.get(channel=make_channel())
    url = reverse("admin:catalog_price_change", args=[price.pk])
    desk.post(url, {"ends_on": "2026-12-01", "input": "99", "currency": "USD"})
    price.refresh_from_db()
    assert (price.input, price.currency, str(price.ends_on)) == (2, "CNY", "2026-12-01")
    assert not admin.site.get_model_admin(Price).has_delete_permission(None)
    assert desk.get(reverse("admin:catalog_price_add")).status_code == 200
    assert desk.get(reverse("admin:catalog_channel_change", args=[price.channel_id])).status_code == 200


def test_what_trials_found_is_read_only():
    for model in (Measurement, PublicReport):
        found = admin.site.get_model_admin(model)
        assert not found.has_add_permission(None)
        assert not found.has_change_permission(None)
        assert not found.has_delete_permission(None)


def test_a_providers_page_opens_and_its_list_counts_channels(desk, credential):
    make_channel(provider=credential.provider)
    assert desk.get(reverse("admin:catalog_scenario_change", args=[make_scenario().pk])).status_code == 200
    assert desk.get(reverse("admin:catalog_provider_changelist")).context["cl"].result_list[0].channel_count == 1
