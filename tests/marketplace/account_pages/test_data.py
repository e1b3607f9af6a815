"""One's data: all of it in a ZIP and no secret among it; deletion for good, and what has to be settled first."""

from __future__ import annotations

import io
import json
import secrets
import zipfile

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client

from catalog.members import note
from catalog.models import (
    Agreement,
    AuditEntry,
    Credential,
    Invitation,
    Listing,
    Membership,
    Provider,
    Role,
)
from catalog.models.members import GONE
from marketplace.account_pages import holdings, leaving
from marketplace.accounts.models import ApiKey, User, digest_of
from sandbox.models import Prompt, Trial
from tests.factories import make_channel, make_prompt_set, make_provider, make_scenario, make_trial
from tests.marketplace.account_pages.conftest import confirm_it_is_me, set_up_app, sign_in

pytestmark = pytest.mark.django_db

# Rows that point at a person and are in the export, and those that are not, with the reason.
EXPORTED = {
    "accounts.ApiKey.user",
    "account.EmailAddress.user",
    "mfa.Authenticator.user",
    "usersessions.UserSession.user",
    "catalog.Membership.user",
    "catalog.Invitation.invited_by",
    "catalog.Invitation.accepted_by",
    "catalog.Agreement.agreed_by",
    "catalog.AuditEntry.actor",
    "catalog.Api.created_by",
    "catalog.Submission.submitted_by",
    "catalog.Submission.decided_by",
    "sandbox.Trial.owner",
    "sandbox.ConformanceRun.asked_by",
    "sandbox.Reply.written_by",
}
LEFT_OUT = {
    "admin.LogEntry.user": "an operator's acts, which stay on record",
    "accounts.User_groups.user": "what an operator may do",
    "accounts.User_user_permissions.user": "what an operator may do",
}


@pytest.fixture
def provider():
    return make_provider(listing=Listing.DRAFT, is_simulated=False)


def join(user: User, provider: Provider, role: str = Role.OWNER) -> Membership:
    return Membership.objects.create(provider=provider, user=user, role=role)


def delete(browser: Client, **form):
    confirm_it_is_me(browser)
    return browser.post("/en/account/data/delete/", form, follow=True)


def test_every_table_that_points_at_a_person_is_in_the_export_or_named_as_left_out():
    pointing = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.related_model is User
    }
    assert pointing == EXPORTED | LEFT_OUT.keys()


def test_the_export_has_the_trials_with_prompts_and_report(browser, person):
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=1, version=None)
    canary = f"canary-{secrets.token_hex(8)}"
    Prompt.objects.update(text=canary)
    mine = make_trial(owner=person, scenario=scenario, prompt_set=prompt_set)
    strange = make_trial()
    confirm_it_is_me(browser)
    answer = browser.post("/en/account/data/export/")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert f"trials/{mine.code}.json" in archive.namelist()
    assert strange.code not in " ".join(archive.namelist())
    assert canary in archive.read(f"trials/{mine.code}.json").decode()
    assert json.loads(archive.read("account.json"))["account"]["email"] == "ann@example.org"


def test_the_export_holds_no_secret(browser, person):
    app_secret = set_up_app(browser)
    key = f"canary-{secrets.token_hex(16)}"
    ApiKey.objects.create(user=person, name="mine", beginning=key[:9], digest=digest_of(key), scopes=["read"])
    person.refresh_from_db()
    packed = zipfile.ZipFile(io.BytesIO(holdings.pack(person)))
    text = "".join(packed.read(name).decode() for name in packed.namelist())
    assert key[:9] in text
    for secret in (key, digest_of(key), app_secret, person.password, browser.session.session_key):
        assert secret not in text


def test_export_and_deletion_ask_for_the_password_again(browser):
    for act in ("export", "delete"):
        answer = browser.post(f"/en/account/data/{act}/", {"sure": "yes"})
        assert "/reauthenticate/" in answer.headers["Location"]
    assert User.objects.exists()


def test_a_stranger_is_asked_to_sign_in(client):
    for address in ("", "data/"):
        assert client.get(f"/en/account/{address}").headers["Location"].startswith("/en/account/login/")


def test_nothing_is_deleted_by_a_slip(browser):
    assert "tick the box" in delete(browser).content.decode()
    assert User.objects.exists()


def test_everything_goes_with_the_account(browser, person, django_capture_on_commit_callbacks):
    other = Client()
    sign_in(other)
    prompt_set = make_prompt_set(scenario=make_scenario(), prompts=1, version=None)
    make_trial(owner=person, prompt_set=prompt_set)
    with django_capture_on_commit_callbacks(execute=True):
        answer = delete(browser, sure="yes")
    assert "Your account is deleted" in answer.content.decode()
    assert not User.objects.exists()
    assert not Trial.objects.exists()
    assert not Prompt.objects.exists()
    assert other.get("/en/account/").status_code == 302
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [(["ann@example.org"], "Your account is deleted")]


def test_the_only_owner_of_a_provider_with_members_has_to_hand_it_on_first(browser, person, provider, make_person):
    join(person, provider)
    join(make_person("ben@example.org"), provider, Role.EDITOR)
    assert "has other members" in browser.get("/en/account/data/").content.decode()
    assert "must be settled first" in delete(browser, sure="yes").content.decode()
    assert User.objects.filter(pk=person.pk).exists()
    Membership.objects.filter(user__email="ben@example.org").update(role=Role.OWNER)
    delete(browser, sure="yes")
    assert not User.objects.filter(pk=person.pk).exists()
    assert provider.memberships.count() == 1


@pytest.mark.parametrize("listing", [Listing.LISTED, Listing.SUSPENDED])
def test_the_only_owner_of_channels_for_sale_has_to_retire_them_first(person, provider, listing):
    join(person, provider)
    channel = make_channel(provider=provider, listing=listing)
    with pytest.raises(leaving.Needed) as refusal:
        leaving.delete_account(person)
    assert [(tie.provider, tie.has_members, tie.has_channels) for tie in refusal.value.ties] == [
        (provider, False, True)
    ]
    channel.listing = Listing.RETIRED
    channel.save()
    leaving.delete_account(person)


def test_a_draft_of_ones_own_goes_with_its_key(person, provider):
    join(person, provider)
    make_channel(provider=provider, listing=Listing.DRAFT, price=False)
    Credential.objects.create(provider=provider, origin="https://api.example", secret="not-a-real-key")
    leaving.delete_account(person)
    assert not Provider.objects.filter(pk=provider.pk).exists()
    assert not Credential.objects.exists()


def test_what_others_trials_need_stays_retired_and_without_its_key(person, provider):
    join(person, provider)
    channel = make_channel(provider=provider, listing=Listing.STAGED)
    make_trial(channels=[channel])
    Credential.objects.create(provider=provider, origin="https://api.example", secret="not-a-real-key")
    leaving.delete_account(person)
    channel.refresh_from_db()
    assert channel.listing == channel.provider.listing == Listing.RETIRED
    assert not Credential.objects.exists()


def test_logs_and_agreements_stay_without_the_name(person, provider, make_person):
    keeper = make_person("ben@example.org")
    join(keeper, provider)
    join(person, provider, Role.EDITOR)
    note(provider, keeper, "member_invited", "ann@example.org", role="editor")
    note(provider, person, "limits_set", "an API")
    Agreement.objects.create(provider=provider, version="1", agreed_by=person, agreed_name=person.shown_name)
    Invitation.objects.create(
        provider=provider, email="Ann@example.org", role=Role.EDITOR, digest="x", expires_at="2030-01-01T00:00Z"
    )
    leaving.delete_account(person)
    entries = list(AuditEntry.objects.values_list("action", "actor_name", "subject"))
    assert ("limits_set", GONE, "an API") in entries
    assert ("member_invited", "ben@example.org", GONE) in entries
    assert ("member_left", GONE, "") in entries
    assert AuditEntry.objects.get(action="limits_set").who == "a former member"
    assert Agreement.objects.get().agreed_name == GONE
    assert not Invitation.objects.exists()
    assert "ann@" not in str(list(AuditEntry.objects.values())).lower()


def test_an_operators_account_stays_on_record(make_person):
    operator = make_person("op@example.org", is_staff=True)
    with pytest.raises(leaving.Needed):
        leaving.delete_account(operator)


def test_the_overview_says_what_is_mine(browser, person, provider):
    join(person, provider)
    make_trial(owner=person)
    page = browser.get("/en/account/").content.decode()
    for said in ("ann@example.org", "1 trial", provider.name, "owner", "turned off"):
        assert said in page
