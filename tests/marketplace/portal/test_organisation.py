"""The pages about a provider and its people, as their readers meet them."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.urls import reverse

from catalog import departing, members
from catalog.models import AuditEntry, Invitation, Membership, Provider, Role
from tests.factories import make_channel, make_provider
from tests.people import make_member, make_portal_provider, make_user

pytestmark = pytest.mark.django_db
FACTS = {
    "name_en": "Amber",
    "name_zh": "",
    "slug": "",
    "homepage": "https://amber.example",
    "docs_url": "",
    "country": "",
}


def page(client, name, *parts, **query):
    return client.get(reverse(f"portal:{name}", args=parts), query).content.decode()


def post(client, name, *parts, **fields):
    return client.post(reverse(f"portal:{name}", args=parts), fields)


@pytest.fixture
def owner(client):
    member = make_member(make_portal_provider(slug="amber", name_en="Amber", name_zh="琥珀"), name="olga")
    client.force_login(member.user)
    return member


# -- the door -------------------------------------------------------------------------------------
def test_guests_read_what_listing_brings_and_are_asked_to_sign_in(client):
    html = page(client, "home")
    assert "Register your provider" in html
    assert reverse("account_login") in html
    answer = client.get(reverse("portal:new_provider"))
    assert answer["Location"].startswith(reverse("account_login"))


def test_the_foot_of_every_page_leads_to_the_portal(client):
    assert reverse("portal:home") in client.get(reverse("catalog:home")).content.decode()


def test_a_newcomer_registers_a_provider(client):
    client.force_login(make_user())
    answer = post(client, "new_provider", **FACTS)
    provider = Provider.objects.get()
    assert answer.status_code == 302
    assert provider.slug == "amber"
    assert "Add an API" in page(client, "home")


def test_a_taken_name_is_refused_and_what_was_typed_stays(client):
    make_provider(slug="deepseek", name_en="DeepSeek", name_zh="深度求索", is_simulated=False)
    client.force_login(make_user())
    answer = post(client, "new_provider", **{**FACTS, "name_en": "Deep-Seek", "docs_url": "https://docs.mine.example"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "ask an operator" in html
    assert "https://docs.mine.example" in html
    assert Provider.objects.count() == 1


def test_all_that_is_wrong_is_said_at_once(client):
    client.force_login(make_user())
    make_provider(slug="deepseek", name_en="DeepSeek", name_zh="深度求索", is_simulated=False)
    wrong = {
        "name_en": "DeepSeek",
        "homepage": "http://amber.example",
        "docs_url": "javascript:alert(1)",
        "country": "XX",
    }
    html = post(client, "new_provider", **{**FACTS, **wrong}).content.decode()
    assert html.count("in the catalogue already") == 2
    assert html.count("This is no public https address.") == 4  # beside each field and above the form


def test_the_list_of_ones_providers_costs_the_same_however_long(client, owner, django_assert_max_num_queries):
    for _ in range(6):
        provider = make_portal_provider()
        Membership.objects.create(provider=provider, user=owner.user, role=Role.VIEWER)
        make_channel(provider=provider)
    with django_assert_max_num_queries(6):
        html = page(client, "home")
    assert html.count('class="card"') == 7


def test_an_operator_is_led_to_what_waits(client):
    client.force_login(make_user(is_staff=True))
    assert reverse("portal:queue") in page(client, "home")


def test_the_overview_says_what_comes_next(client, owner):
    html = page(client, "provider", "amber")
    assert "No API yet" in html
    make_channel(provider=owner.provider, listing="suspended")
    assert "1 channel is suspended" in page(client, "provider", "amber")


def test_a_viewer_is_shown_no_step_that_is_not_theirs_to_take(client, owner):
    client.force_login(make_member(owner.provider, Role.VIEWER).user)
    new_api = reverse("portal:new_api", args=["amber"])
    assert new_api not in page(client, "provider", "amber")
    assert new_api not in page(client, "home")


# -- facts ----------------------------------------------------------------------------------------
def facts(provider, **changes):
    names = ("name_en", "name_zh", "homepage", "docs_url", "country")
    return {**{name: getattr(provider, name) for name in names}, "homepage": "https://amber.example", **changes}


def test_an_editor_changes_the_facts(client, owner):
    answer = post(client, "facts", "amber", **facts(owner.provider, country="SG", version=1))
    assert answer.status_code == 302
    assert Provider.objects.get().country == "SG"


def test_the_second_editor_is_told_what_the_first_changed_and_keeps_what_they_typed(client, owner):
    other = make_member(owner.provider, Role.EDITOR, "ada")
    members.change_facts(owner.provider, by=other.user, seen=1, **facts(owner.provider, country="JP"))
    answer = post(client, "facts", "amber", **facts(owner.provider, name_en="Amber Cloud", country="SG", version=1))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "ada@people.example" in html
    assert "Japan" in html
    assert 'value="Amber Cloud"' in html
    assert Provider.objects.get().country == "JP"
    again = post(client, "facts", "amber", **facts(owner.provider, name_en="Amber Cloud", country="SG", version=2))
    assert again.status_code == 302
    assert Provider.objects.get().name_en == "Amber Cloud"


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1"])
def test_a_form_that_does_not_say_what_it_saw_changes_nothing(client, owner, version):
    assert post(client, "facts", "amber", **facts(owner.provider, country="SG", version=version)).status_code == 409
    assert Provider.objects.get().country == ""


def test_a_viewer_reads_the_facts_and_cannot_press_anything(client, owner):
    client.force_login(make_member(owner.provider, Role.VIEWER).user)
    assert 'type="submit">Save' not in page(client, "facts", "amber")


# -- people ---------------------------------------------------------------------------------------
def test_an_invitation_goes_from_the_page_to_the_letter_to_a_member(client, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, "invite", "amber", email="ada@new.example", role="editor").status_code == 302
    address = re.search(r"/en/portal/invitations/[\w-]+/", mail.outbox[0].body)[0]
    assert "ada@new.example" in page(client, "members", "amber")

    client.logout()
    html = client.get(address).content.decode()
    assert "Amber" in html
    assert "editor" in html
    assert f"{reverse('account_login')}?next={address}" in html
    assert client.post(address).status_code == 200
    assert not Membership.objects.filter(role="editor").exists()

    client.force_login(make_user("eve"))
    assert "no confirmed address" in client.get(address).content.decode()
    assert client.post(address).status_code == 409

    ada = make_user("ada", email="ada@new.example")
    client.force_login(ada)
    assert "Accept" in client.get(address).content.decode()
    answer = client.post(address)
    assert answer["Location"] == reverse("portal:provider", args=["amber"])
    assert Membership.objects.get(user=ada).role == "editor"
    assert "accepted already" in client.get(address).content.decode()


def test_a_wrong_token_finds_nothing(client, owner):
    members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    for token in ("x" * 43, Invitation.objects.get().digest, "%00", "💥"):
        assert client.get(f"/en/portal/invitations/{token}/").status_code == 404


def test_a_bad_invitation_says_what_is_wrong_beside_the_field(client, owner):
    answer = post(client, "invite", "amber", email="nobody", role="viewer")
    assert answer.status_code == 422
    assert "no e-mail address" in answer.content.decode()
    assert post(client, "invite", "amber", email="ada@new.example", role="king").status_code == 422
    assert not Invitation.objects.exists()


def test_an_owner_changes_roles_takes_back_removes_and_hands_over(client, owner):
    ada = make_member(owner.provider, Role.VIEWER, "ada")
    bob = make_member(owner.provider, Role.VIEWER, "bob")
    invitation = members.invite(owner.provider, by=owner.user, email="x@new.example", role="viewer")
    post(client, "revoke", "amber", invitation.pk)
    post(client, "change_role", "amber", ada.pk, role="editor")
    post(client, "remove_member", "amber", bob.pk)
    post(client, "transfer", "amber", to=ada.pk)
    assert dict(Membership.objects.values_list("user__username", "role")) == {"olga": "editor", "ada": "owner"}
    assert not Invitation.objects.open().exists()
    assert client.post(reverse("portal:transfer", args=["amber"]), {"to": ada.pk}).status_code == 404


def test_the_only_owner_is_told_why_they_cannot_go(client, owner):
    make_member(owner.provider, Role.EDITOR)
    answer = client.post(reverse("portal:leave", args=["amber"]), follow=True)
    assert "is the only owner" in answer.content.decode()
    answer = client.post(reverse("portal:change_role", args=["amber", owner.pk]), {"role": "viewer"}, follow=True)
    assert "is the only owner" in answer.content.decode()
    assert "You are the only owner" in page(client, "members", "amber")


def test_a_member_leaves(client, owner):
    viewer = make_member(owner.provider, Role.VIEWER)
    client.force_login(viewer.user)
    assert post(client, "leave", "amber")["Location"] == reverse("portal:home")
    assert not Membership.objects.filter(pk=viewer.pk).exists()


@pytest.mark.parametrize("to", ["", "x", "99999999999999999999999999", "٣"])
def test_nonsense_for_a_new_owner_is_no_error_of_ours(client, owner, to):
    assert post(client, "transfer", "amber", to=to).status_code == 404


def test_the_list_of_members_costs_the_same_however_long(client, owner, django_assert_max_num_queries):
    for _ in range(5):
        make_member(owner.provider, Role.VIEWER)
        members.invite(owner.provider, by=owner.user, email=f"{_}@new.example", role="viewer")
    with django_assert_max_num_queries(7):
        page(client, "members", "amber")


# -- the log --------------------------------------------------------------------------------------
def test_the_log_says_who_did_what_and_can_be_narrowed(client, owner):
    ada = make_member(owner.provider, Role.EDITOR, "ada")
    members.note(owner.provider, owner.user, "member_invited", "new@people.example", role="viewer")
    members.note(owner.provider, ada.user, "provider_changed", fields="country")
    members.note(owner.provider, None, "channel_returned", "amber-one")
    html = page(client, "log", "amber")
    assert "invited new@people.example as viewer" in html
    assert "Touchstone</span>" in html
    by_ada = page(client, "log", "amber", who=ada.user.pk)
    assert "country or region" in by_ada
    assert "new@people.example" not in by_ada
    assert "amber-one" in page(client, "log", "amber", who="site")
    people = page(client, "log", "amber", what="people")
    assert "new@people.example" in people
    assert "amber-one" not in people
    assert "No entry matches" in page(client, "log", "amber", what="replies")


@pytest.mark.parametrize(
    "query", [{"who": "x"}, {"who": "9" * 30}, {"what": "x"}, {"page": "x"}, {"page": "-1"}, {"who": "\0"}]
)
def test_nonsense_in_the_logs_address_is_no_error(client, owner, query):
    assert client.get(reverse("portal:log", args=["amber"]), query).status_code == 200


def test_the_log_has_pages_and_a_fixed_cost(client, owner, django_assert_max_num_queries):
    for number in range(60):
        members.note(owner.provider, owner.user, "key_entered", f"key-{number:02}")
    with django_assert_max_num_queries(7):
        html = page(client, "log", "amber")
    assert "key-59" in html
    assert "key-00" not in html
    assert "key-00" in page(client, "log", "amber", page=2)


def test_the_log_shows_what_was_written_as_text(client, owner):
    members.note(owner.provider, owner.user, "api_added", "<script>alert(1)</script>")
    assert "<script>alert(1)" not in page(client, "log", "amber")


def test_whose_account_is_deleted_has_no_name_in_the_log(client, owner):
    ada = make_member(owner.provider, Role.EDITOR, "ada")
    members.note(owner.provider, ada.user, "key_entered", "the key")
    departing.depart(ada.user)
    ada.user.delete()
    html = page(client, "log", "amber")
    assert "a former member" in html
    assert "ada@" not in html
    assert AuditEntry.objects.filter(action="key_entered").count() == 1
