"""Who acts for a provider: founding, inviting, roles and going, each with its letter and its line in the log."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from catalog import departing, members
from catalog.models import AuditEntry, Invitation, Membership, Provider, Role
from catalog.refusals import Refused
from catalog.versions import Outdated
from tests.factories import make_channel, make_model, make_provider
from tests.people import make_member, make_portal_provider, make_user

pytestmark = pytest.mark.django_db
FACTS = {"homepage": "https://www.amber.example", "docs_url": "", "country": "CN"}


def found(by=None, **facts):
    return members.found_provider(by=by or make_user(), **{"name_en": "Amber Cloud", **FACTS, **facts})


def token_of(letter) -> str:
    return re.search(r"/portal/invitations/([\w-]{43})/", letter.body)[1]


def actions(provider):
    return list(provider.log.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def letters(django_capture_on_commit_callbacks):
    """What is sent once the transaction is committed."""

    def sent(action):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action()
        return mail.outbox

    return sent


# -- founding -------------------------------------------------------------------------------------
def test_a_founder_owns_a_draft_that_stands_in_the_log():
    user = make_user("founder")
    provider = found(by=user, name_zh="琥珀云")
    assert (provider.slug, provider.listing, provider.source, provider.is_simulated) == (
        *("amber-cloud", "draft", "portal"),
        False,
    )
    assert provider.memberships.get().may(Role.OWNER)
    entry = provider.log.get()
    assert (entry.action, entry.actor, entry.actor_name) == ("provider_founded", user, user.email)


def test_a_missing_name_is_that_of_the_other_language():
    assert found(name_en="", name_zh="琥珀云", slug="amber").name_en == "琥珀云"
    assert found(name_en="Birch").name_zh == "Birch"


@pytest.mark.parametrize(
    "name",
    [
        "DeepSeek",
        "deep seek",
        "ＤＥＥＰＳＥＥＫ",
        "Deep-Seek!",
        "DeepSeеk",
        "深度求索",
        "Dеepsеek",
        "deepseek",
        "Déepseek",
    ],
)
def test_a_name_in_the_catalogue_is_taken_however_it_is_written(name):
    make_provider(slug="deepseek", name_en="DeepSeek", name_zh="深度求索", listing="draft", is_simulated=False)
    with pytest.raises(Refused) as caught:
        found(name_en=name, slug="quite-another")
    assert caught.value.field == "name_en"
    assert "operator" in caught.value.mend
    assert Provider.objects.count() == 1


def test_a_maker_of_models_is_not_taken_over_either():
    make_model(maker="zhipu", maker_name="Zhipu AI")
    with pytest.raises(Refused, match="Zhipu AI"):
        found(name_en="ZHIPU·AI")


def test_a_name_without_letters_and_one_of_ours_are_refused():
    for name in ("…", "Touchstone Official", "官方试金石", "simulated cloud", "T0uchst0ne"):
        with pytest.raises(Refused):
            found(name_en=name, slug="some-slug")


@pytest.mark.parametrize("name", ["Acme\nhttps://x.example", "Acme https://x", "Acme\u202eude", "see WWW.x.example"])
def test_a_name_writes_nothing_of_its_own_into_letters(name):
    with pytest.raises(Refused, match="no addresses"):
        found(name_en=name, slug="some-slug")


@pytest.mark.parametrize(
    "slug", ["new", "review", "invitations", "api", "touchstone-eu", "Big", "a b", "a/b", "-a", "x" * 61]
)
def test_a_slug_that_is_ours_or_malformed_is_refused_with_a_mend(slug):
    with pytest.raises(Refused) as caught:
        found(slug=slug)
    assert caught.value.field == "slug"
    assert caught.value.mend


def test_a_taken_slug_is_refused_with_a_free_one():
    make_provider(slug="amber")
    make_provider(slug="amber-2")
    with pytest.raises(Refused, match="amber-3"):
        found(name_en="Quite Another", slug="amber")


def test_a_slug_is_made_from_the_name_and_is_free():
    make_provider(slug="amber-cloud", name_en="Something", name_zh="别的")
    with pytest.raises(Refused):
        found()  # the name stands as an address already
    assert found(name_en="Amber").slug == "amber"
    assert found(name_en="Review").slug == "review-2"
    with pytest.raises(Refused) as caught:
        found(name_en="", name_zh="琥珀")
    assert caught.value.field == "slug"


@pytest.mark.parametrize(
    "address",
    [
        *("http://amber.example", "https://127.0.0.1/", "https://[::1]/", "https://localhost", "javascript:alert(1)"),
        *(
            "https://user@amber.example",
            "https://amber",
            "https://amber.example:port",
            "ftp://amber.example",
            "https://",
        ),
    ],
)
def test_a_homepage_is_https_and_has_a_name(address):
    with pytest.raises(Refused) as caught:
        found(homepage=address)
    assert caught.value.field == "homepage"


def test_one_person_founds_only_so_many_before_any_is_listed(monkeypatch):
    monkeypatch.setattr("catalog.members.founding.MOST_DRAFTS", 1)
    user = make_user()
    first = found(by=user)
    with pytest.raises(Refused):
        found(by=user, name_en="Birch")
    Provider.objects.filter(pk=first.pk).update(listing="listed")
    found(by=user, name_en="Birch")


# -- facts ----------------------------------------------------------------------------------------
def change(provider, by, seen=None, **facts):
    now = {name: getattr(provider, name) for name in ("name_en", "name_zh", *FACTS)}
    return members.change_facts(provider, by=by, seen=seen or provider.version, **{**now, **facts})


def test_changed_facts_name_their_fields_in_the_log_and_raise_the_version():
    provider = found()
    user = make_member(provider, Role.EDITOR).user
    assert change(provider, user, name_en="Amber", country="SG") == ["country", "name_en"]
    assert (provider.name_en, provider.country, provider.version) == ("Amber", "SG", 2)
    assert members.sentence(provider.log.first()) == "changed the provider's facts: country or region, name in English"


def test_what_is_not_changed_is_no_change_and_needs_no_permission():
    provider = make_portal_provider(name_en="Simulated Pines", name_zh="模拟松", homepage="http://old.example")
    assert change(provider, make_user()) == []
    assert provider.version == 1
    assert not provider.log.exists()


def test_the_second_of_two_editors_changes_nothing():
    provider = found()
    ours = Provider.objects.get(pk=provider.pk)
    change(provider, make_user(), country="SG")
    with pytest.raises(Outdated):
        change(ours, make_user(), country="JP")
    assert Provider.objects.get(pk=provider.pk).country == "SG"


def test_a_provider_does_not_rename_itself_into_another():
    make_provider(slug="deepseek", name_en="DeepSeek", name_zh="深度求索", is_simulated=False)
    with pytest.raises(Refused):
        change(found(), make_user(), name_zh="深度求索")


def test_names_stay_once_the_operators_have_seen_them():
    provider = found()
    Provider.objects.filter(pk=provider.pk).update(listing="listed")
    provider.refresh_from_db()
    with pytest.raises(Refused, match="operator"):
        change(provider, make_user(), name_en="Amber Ltd")
    assert change(provider, make_user(), country="SG") == ["country"]


# -- invitations ----------------------------------------------------------------------------------
def test_an_invitation_is_a_letter_and_a_hash(letters):
    owner = make_member(make_portal_provider(name_en="Amber & Co"))
    [letter] = letters(lambda: members.invite(owner.provider, by=owner.user, email=" Ada@New.Example ", role="editor"))
    invitation = Invitation.objects.get()
    token = token_of(letter)
    assert letter.to == ["ada@new.example"]
    assert "Amber & Co" in letter.subject
    assert invitation.digest != token
    assert len(invitation.digest) == 64
    assert token not in str(AuditEntry.objects.values())
    assert members.invitation_for(token) == invitation
    assert members.invitation_for(invitation.digest) is None
    assert members.sentence(owner.provider.log.first()) == "invited ada@new.example as editor"


def test_the_letter_speaks_the_invited_persons_language_if_known_else_the_pages(letters):
    owner = make_member()
    make_user("ada", language="zh-hans")
    [to_ada] = letters(lambda: members.invite(owner.provider, by=owner.user, email="ada@people.example", role="viewer"))
    assert "/zh-hans/portal/" in to_ada.body
    with translation.override("zh-hans"):
        [to_new] = letters(lambda: members.invite(owner.provider, by=owner.user, email="n@n.example", role="viewer"))
    assert "/zh-hans/portal/" in to_new.body
    [to_other] = letters(lambda: members.invite(owner.provider, by=owner.user, email="o@n.example", role="viewer"))
    assert "/en/portal/" in to_other.body


def test_inviting_again_replaces_the_letter_before(letters):
    owner = make_member()
    for role in ("viewer", "editor"):
        members.invite(owner.provider, by=owner.user, email="ada@new.example", role=role)
    old, new = Invitation.objects.order_by("pk")
    assert old.revoked_at
    assert not new.revoked_at
    user = make_user("ada", email="ada@new.example")
    with pytest.raises(Refused, match="no longer good"):
        members.accept(old, by=user)
    assert members.accept(new, by=user).role == "editor"


def test_an_expired_one_lets_nobody_in_and_can_be_sent_again():
    owner = make_member()
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="no longer good"):
        members.accept(invitation, by=make_user(email="ada@new.example"))
    members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    assert Invitation.objects.open().count() == 1


def test_whoever_accepts_becomes_a_member_once_and_the_owners_are_told(letters):
    owner = make_member()
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    ada = make_user("ada", email="ada@new.example")
    [letter] = letters(lambda: members.accept(invitation, by=ada))
    assert letter.to == [owner.user.email]
    assert Membership.objects.get(user=ada).role == "viewer"
    invitation.refresh_from_db()
    assert (invitation.accepted_by, members.invitation_for("x")) == (ada, None)
    with pytest.raises(Refused):
        members.accept(invitation, by=make_user("eve"))
    assert actions(owner.provider) == ["member_invited", "member_joined"]


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_invitation_of_an_address_that_is_not_ones_own_is_refused_and_stays_open(confirmed):
    owner = make_member()
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="owner")
    eve = make_user("eve") if confirmed else make_user("eve", email="ada@new.example", confirmed=False)
    with pytest.raises(Refused, match=r"ada@new\.example"):
        members.accept(invitation, by=eve)
    assert Invitation.objects.open().count() == 1
    assert not Membership.objects.filter(user=eve).exists()


def test_a_member_is_not_invited_again():
    owner = make_member()
    ada = make_member(owner.provider, Role.VIEWER, "ada")
    with pytest.raises(Refused) as caught:
        members.invite(owner.provider, by=owner.user, email=ada.user.email.upper(), role="owner")
    assert caught.value.field == "email"


@pytest.mark.parametrize(
    ("email", "role"),
    [("no address", "viewer"), ("", "viewer"), ("a@b.example\nBcc: c@d.example", "viewer"), ("a@b.example", "king")],
)
def test_a_bad_address_or_role_is_refused(email, role):
    owner = make_member()
    with pytest.raises(Refused):
        members.invite(owner.provider, by=owner.user, email=email, role=role)
    assert not Invitation.objects.exists()


def test_a_provider_sends_only_so_many_letters_a_day(monkeypatch):
    monkeypatch.setattr("catalog.members.invitations.INVITED_PER_DAY", 2)
    owner = make_member()
    for _ in range(2):
        members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    with pytest.raises(Refused, match="tomorrow"):
        members.invite(owner.provider, by=owner.user, email="eve@new.example", role="viewer")


def test_one_that_is_taken_back_opens_nothing():
    owner = make_member()
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    assert members.revoke(invitation, by=owner.user)
    assert not members.revoke(invitation, by=owner.user)
    with pytest.raises(Refused):
        members.accept(invitation, by=make_user(email="ada@new.example"))


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_an_owner_changes_people(role):
    owner = make_member()
    other = make_member(owner.provider, role)
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    for action in (
        lambda: members.invite(owner.provider, by=other.user, email="x@y.example", role="owner"),
        lambda: members.revoke(invitation, by=other.user),
        lambda: members.change_role(other, by=other.user, role="owner"),
        lambda: members.remove(owner, by=other.user),
        lambda: members.transfer(owner.provider, by=other.user, to=other),
    ):
        with pytest.raises(Refused, match="Only an owner"):
            action()


# -- roles and going ------------------------------------------------------------------------------
def test_a_changed_role_is_told_to_whom_it_concerns(letters):
    owner = make_member()
    ada = make_member(owner.provider, Role.VIEWER, "ada")
    [letter] = letters(lambda: members.change_role(ada, by=owner.user, role="editor"))
    assert letter.to == [ada.user.email]
    assert Membership.objects.get(pk=ada.pk).role == "editor"
    assert members.change_role(ada, by=owner.user, role="editor") is False
    assert actions(owner.provider) == ["member_role_changed"]


def test_the_only_owner_stays_one():
    owner = make_member()
    make_member(owner.provider, Role.EDITOR)
    for action in (
        lambda: members.change_role(owner, by=owner.user, role="viewer"),
        lambda: members.leave(owner),
        lambda: members.remove(owner, by=owner.user),
    ):
        with pytest.raises(Refused):
            action()
    assert Membership.objects.get(pk=owner.pk).role == Role.OWNER


def test_of_two_owners_each_may_go_but_not_both():
    first = make_member()
    second = make_member(first.provider)
    members.leave(first)
    with pytest.raises(Refused):
        members.leave(second)


def test_a_removed_member_is_told_and_their_letters_open_nothing(letters):
    owner = make_member()
    second = make_member(owner.provider)
    members.invite(owner.provider, by=second.user, email="ada@new.example", role="owner")
    sent = letters(lambda: members.remove(second, by=owner.user))
    assert [letter.to for letter in sent] == [[second.user.email]]
    assert not Invitation.objects.open().exists()
    with pytest.raises(Refused, match="no more"):
        members.remove(second, by=owner.user)


def test_the_remaining_owners_learn_who_left(letters):
    owner = make_member()
    viewer = make_member(owner.provider, Role.VIEWER)
    [letter] = letters(lambda: members.leave(viewer))
    assert letter.to == [owner.user.email]
    assert actions(owner.provider) == ["member_left"]


def test_ownership_is_handed_over_wholly(letters):
    owner = make_member()
    ada = make_member(owner.provider, Role.VIEWER)
    sent = letters(lambda: members.transfer(owner.provider, by=owner.user, to=ada))
    assert {letter.to[0] for letter in sent} == {owner.user.email, ada.user.email}
    assert dict(owner.provider.memberships.values_list("user", "role")) == {
        owner.user_id: "editor",
        ada.user_id: "owner",
    }
    with pytest.raises(Refused):
        members.transfer(owner.provider, by=owner.user, to=ada)


def test_ownership_does_not_go_to_a_stranger_or_to_oneself():
    owner, stranger = make_member(), make_member()
    for to in (owner, stranger):
        with pytest.raises(Refused):
            members.transfer(owner.provider, by=owner.user, to=to)


def test_an_operator_lets_in_the_first_owner_of_a_seeded_provider(letters):
    provider, operator, ada = make_provider(), make_user(is_staff=True), make_user("ada")
    [letter] = letters(lambda: members.appoint(provider, user=ada, role="owner", by=operator))
    assert letter.to == [ada.email]
    assert provider.log.get().actor == operator
    with pytest.raises(Refused):
        members.appoint(provider, user=ada, role="owner", by=operator)


def test_a_deleted_account_leaves_its_providers_and_loses_its_names_in_the_log():
    user = make_user("gone")
    provider = found(by=user)
    other = make_member(provider)
    members.note(provider, other.user, "member_role_changed", user.shown_name, role="owner")
    departing.depart(user)
    user.delete()
    assert not Membership.objects.filter(user_id=user.pk).exists()
    assert "gone" not in str(list(provider.log.values("actor", "actor_name", "subject")))
    assert members.sentence(provider.log.get(action="member_role_changed")) == "made a former member owner"


def test_a_deleted_accounts_letters_let_nobody_in():
    user = make_user("gone")
    provider = found(by=user)
    make_member(provider, role="owner")
    invitation = members.invite(provider, by=user, email="second@example.com", role="owner")
    departing.depart(user)
    user.delete()
    assert not Invitation.objects.open().filter(pk=invitation.pk).exists()


def test_what_a_person_gives_up_with_their_account_keeps_its_log_and_frees_its_name():
    user = make_user("gone")
    provider = found(by=user)
    departing.depart(user)
    user.delete()
    provider.refresh_from_db()
    assert provider.listing == "retired"
    assert provider.log.exists()
    assert found(slug="amber-two").name_en == "Amber Cloud"


def test_a_seeded_provider_outlives_the_account_of_whoever_acted_for_it():
    provider, user = make_provider(slug="deepseek", is_simulated=False), make_user()
    members.appoint(provider, user=user, role="owner", by=make_user(is_staff=True))
    departing.depart(user)
    assert Provider.objects.get(slug="deepseek").listing == "listed"


# -- the log --------------------------------------------------------------------------------------
def test_the_log_is_added_to_and_nothing_else():
    entry = found().log.get()
    for change_it in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(subject="x"),
    ):
        with pytest.raises(TypeError, match="append-only"):
            change_it()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalog_auditentry SET subject = 'x'",
        "UPDATE catalog_auditentry SET actor_name = 'somebody else'",
        "UPDATE catalog_auditentry SET actor_id = NULL, action = 'member_left'",
        "UPDATE catalog_auditentry SET actor_name = '(deleted account)', facts = '{\"role\": \"owner\"}'",
        "DELETE FROM catalog_auditentry",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_log(statement):
    """After every migration, too: on SQLite one that rebuilds the table loses its triggers."""
    found()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_action_has_a_sentence_and_a_lost_one_stands_for_itself():
    provider = make_provider()
    for action in members.ACTIONS:
        facts = {"fields": "a", "role": "viewer", "address": "b", "models": "c", "scenarios": "d", "version": "1"}
        entry = members.note(provider, None, action, "thing", **facts, reason="r", day="2026-11-28")
        assert "%" not in members.sentence(entry)
    assert members.sentence(AuditEntry(action="flew", subject="away")) == "flew away"
    assert members.sentence(AuditEntry(action="member_joined")) == "member_joined"
    with pytest.raises(ValueError, match="no such action"):
        members.note(provider, None, "flew")


def test_a_provider_with_a_log_is_not_deleted():
    provider = found()
    make_channel()
    with pytest.raises(IntegrityError):
        provider.delete()


# -- two at once ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["leave", "demote"])
def test_two_owners_who_go_at_once_leave_one_behind(way):
    first = make_member()
    second = make_member(first.provider)
    ready = threading.Barrier(2)
    refused = []

    def go(mine, other):
        ready.wait()
        try:
            if way == "leave":
                members.leave(mine)
            else:
                members.change_role(other, by=mine.user, role="viewer")
        except Refused as caught:
            refused.append(caught)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert first.provider.memberships.filter(role=Role.OWNER).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_invitation_lets_one_person_in_however_often_it_is_pressed():
    owner = make_member()
    invitation = members.invite(owner.provider, by=owner.user, email="ada@new.example", role="viewer")
    ada = make_user("ada", email="ada@new.example")
    ready = threading.Barrier(4)
    answers = []

    def press():
        ready.wait()
        try:
            answers.append(members.accept(invitation, by=ada))
        except Refused:
            answers.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([answer for answer in answers if answer]) == 1
    assert Membership.objects.filter(user=ada).count() == 1


def test_who_hands_ownership_over_leaves_no_open_invitation_behind():
    owner = make_member()
    heir = make_member(owner.provider, Role.EDITOR)
    sent = members.invite(owner.provider, by=owner.user, email="second-self@people.example", role=Role.OWNER)
    members.transfer(owner.provider, by=owner.user, to=heir)
    with pytest.raises(Refused):
        members.accept(sent, by=make_user("second-self"))
    assert actions(owner.provider)[-2:] == ["invitation_revoked", "ownership_transferred"]


def test_who_deletes_their_account_leaves_no_open_invitation_behind():
    owner = make_member()
    make_member(owner.provider)
    sent = members.invite(owner.provider, by=owner.user, email="later@people.example", role=Role.VIEWER)
    departing.depart(owner.user)
    assert not Invitation.objects.open().filter(pk=sent.pk).exists()
