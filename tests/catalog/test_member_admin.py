"""The operators' desk for who acts for whom: everything is read, a first owner is let in, nothing is rewritten."""

import pytest
from django.urls import reverse

from catalog import members
from catalog.models import Agreement, Api, Invitation, Membership, Submission
from marketplace.accounts.models import User
from tests.factories import make_channel, make_provider
from tests.people import make_member, make_user

pytestmark = pytest.mark.django_db
MODELS = ["membership", "invitation", "agreement", "auditentry", "api", "submission"]


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("op", email="op@people.example", password="not-a-real-password"))
    return client


@pytest.fixture
def rows():
    owner = make_member()
    members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    api = Api.objects.create(provider=owner.provider, base_url="https://api.amber.example/v1", protocol="openai")
    Agreement.objects.create(provider=owner.provider, version="1", agreed_by=owner.user, agreed_name="Olga")
    submission = Submission.objects.create(channel=make_channel(provider=owner.provider), facts={})
    return {
        "membership": owner,
        "invitation": Invitation.objects.get(),
        "agreement": Agreement.objects.get(),
        "auditentry": owner.provider.log.get(),
        "api": api,
        "submission": submission,
    }


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_searches_and_every_row_is_only_read(desk, model, rows):
    for query in ({}, {"q": "a"}):
        assert desk.get(reverse(f"admin:catalog_{model}_changelist"), query).status_code == 200
    page = desk.get(reverse(f"admin:catalog_{model}_change", args=[rows[model].pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    for verb in ("change", "delete"):
        assert (
            desk.post(reverse(f"admin:catalog_{model}_{verb}", args=[rows[model].pk]), {"post": "yes"}).status_code
            == 403
        )


def test_the_hash_of_a_token_is_not_shown(desk, rows):
    page = desk.get(reverse("admin:catalog_invitation_change", args=[rows["invitation"].pk]))
    assert rows["invitation"].digest not in page.content.decode()


def test_the_log_is_read_as_sentences(desk, rows):
    page = desk.get(reverse("admin:catalog_auditentry_changelist")).content.decode()
    assert "invited ada@new.example as viewer" in page


def test_an_operator_lets_in_the_owner_of_a_provider_that_the_catalogue_knew_before(desk):
    provider, ada = make_provider(slug="deepseek"), make_user("ada")
    wish = {"provider": provider.pk, "user": ada.pk, "role": "owner"}
    assert desk.post(reverse("admin:catalog_membership_add"), wish).status_code == 302
    assert Membership.objects.get(user=ada).role == "owner"
    entry = provider.log.get()
    assert (entry.action, entry.actor.username) == ("member_appointed", "op")
    assert desk.post(reverse("admin:catalog_membership_add"), wish).status_code == 200
    assert Membership.objects.count() == 1
