"""The life of a listing: who may move it, what it takes, and who is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, connections
from django.utils import timezone

from catalog import onboarding
from catalog.models import AIModel, AuditEntry, Channel, Credential, Listing, Provider, Role, Submission
from catalog.onboarding import schedule
from catalog.refusals import Refused
from tests import listings
from tests.factories import make_channel, make_model, make_price
from tests.listings import join, make_listed, make_operator, make_own_channel, submit
from tests.people import make_user

pytestmark = pytest.mark.django_db
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="a race that only PostgreSQL decides")


def state(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).listing


def logged(channel: Channel) -> list[str]:
    return list(AuditEntry.objects.filter(subject=channel.slug).order_by("pk").values_list("action", flat=True))


# -- onto the list --------------------------------------------------------------------------------


def test_a_draft_that_lacks_nothing_is_staged_and_the_operators_are_told(settings, django_capture_on_commit_callbacks):
    settings.CONTACT_EMAIL = "operators@example.com"
    channel = make_own_channel()
    with django_capture_on_commit_callbacks(execute=True):
        found = submit(channel, note="tools come next week")
    assert state(channel) == Listing.STAGED
    assert (found.conformance, found.facts["note"]) == ("a-run", "tools come next week")
    assert found.facts["base_url"] == channel.base_url
    assert logged(channel) == ["channel_submitted"]
    assert [letter.to for letter in mail.outbox] == [["operators@example.com"]]
    assert f"/portal/review/{found.pk}/" in mail.outbox[0].body
    assert "tools come next week" in mail.outbox[0].body


def test_several_are_submitted_together_or_not_at_all():
    first, second = make_own_channel(), make_own_channel()
    second.prices.all().delete()
    with pytest.raises(Refused) as refused:
        onboarding.submit([first, second], by=None, conformance={first.pk: "a", second.pk: "b"})
    assert refused.value.field == "price"
    assert state(first) == Listing.DRAFT
    assert not Submission.objects.exists()


def test_says_all_that_is_missing_and_where_it_is_mended():
    channel = make_own_channel()
    assert onboarding.obstacles(channel) == []
    Credential.objects.update(works=False)
    channel.provider.agreements.all().delete()
    channel.prices.all().delete()
    channel.scenarios.clear()
    found = onboarding.obstacles(channel)
    assert [each.field for each in found] == ["key", "price", "scenarios", "agreement"]
    assert all(each.mend and each.step.startswith("portal:") for each in found)


def test_a_key_of_another_origin_is_none():
    channel = make_own_channel()
    Credential.objects.update(origin="https://elsewhere.example.com")
    assert [each.field for each in onboarding.obstacles(channel)] == ["key"]


def test_an_agreement_to_older_terms_does_not_count(settings):
    channel = make_own_channel()
    settings.AGREEMENT_VERSION = "a newer one"
    assert [each.field for each in onboarding.obstacles(channel)] == ["agreement"]


def test_a_price_that_is_said_to_be_unknown_is_enough():
    channel = make_own_channel(price=False)
    make_price(channel=channel, input=None, output=None)
    assert onboarding.obstacles(channel) == []


@pytest.mark.parametrize("listing", [Listing.STAGED, Listing.LISTED, Listing.SUSPENDED])
def test_what_waits_or_was_listed_is_not_submitted(listing):
    channel = make_own_channel(listing=listing)
    with pytest.raises(Refused):
        submit(channel)
    assert state(channel) == listing


def test_refuses_a_channel_without_a_run():
    channel = make_own_channel()
    with pytest.raises(Refused) as refused:
        onboarding.submit([channel], by=None, conformance={})
    assert refused.value.field == "conformance"


def test_a_submission_may_be_taken_back():
    channel = make_own_channel()
    found = submit(channel)
    onboarding.withdraw(channel, by=None)
    found.refresh_from_db()
    assert (state(channel), found.state) == (Listing.DRAFT, "withdrawn")
    with pytest.raises(Refused):
        onboarding.withdraw(channel, by=None)


def test_approval_lists_the_channel_and_its_provider_and_tells_owners_and_editors(django_capture_on_commit_callbacks):
    channel = make_own_channel()
    owner = join(channel.provider, language="zh-hans")
    editor = join(channel.provider, Role.EDITOR, language="en")
    join(channel.provider, Role.VIEWER)
    found, operator = submit(channel), make_operator()
    with django_capture_on_commit_callbacks(execute=True):
        onboarding.approve(found, by=operator)
    assert state(channel) == Listing.LISTED
    assert Provider.objects.get(pk=channel.provider_id).listing == Listing.LISTED
    assert (found.state, found.decided_by) == ("approved", operator)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([owner.email, editor.email])
    bodies = {letter.to[0]: letter.body for letter in mail.outbox}
    assert f"/zh-hans/channels/{channel.slug}/" in bodies[owner.email]
    assert f"/en/channels/{channel.slug}/" in bodies[editor.email]
    assert "&" not in bodies[editor.email]


def test_a_proposed_model_is_accepted_with_its_channel():
    provider = listings.make_own_provider()
    channel = make_own_channel(provider=provider, model=listings.propose_model(provider))
    onboarding.approve(submit(channel), by=make_operator())
    assert AIModel.objects.known().filter(pk=channel.model_id).exists()


def test_an_operator_may_name_the_known_model_that_it_is():
    provider = listings.make_own_provider()
    channel = make_own_channel(provider=provider, model=listings.propose_model(provider))
    known = make_model()
    onboarding.approve(submit(channel), by=make_operator(), model=known)
    channel.refresh_from_db()
    assert channel.model == known
    assert not AIModel.objects.filter(proposed_by__isnull=False).exists()


def test_a_merely_proposed_model_replaces_none():
    provider = listings.make_own_provider()
    channel = make_own_channel(provider=provider)
    found = submit(channel)
    with pytest.raises(Refused):
        onboarding.approve(found, by=make_operator(), model=listings.propose_model(provider))
    assert state(channel) == Listing.STAGED


def test_the_second_operator_is_told_who_was_quicker():
    channel = make_own_channel()
    found, first = submit(channel), make_operator()
    stale = Submission.objects.get(pk=found.pk)
    onboarding.decline(found, by=first, reason="the price page says otherwise")
    with pytest.raises(Refused) as refused:
        onboarding.approve(stale, by=make_operator())
    assert first.shown_name in refused.value.message
    assert state(channel) == Listing.DRAFT


def test_what_changed_while_the_operator_looked_is_not_approved():
    channel = make_own_channel()
    found = submit(channel)
    seen = onboarding.digest(onboarding.snapshot(channel))
    make_price(channel=channel, starts_on=timezone.localdate() + timedelta(days=3), input=99)
    with pytest.raises(Refused) as refused:
        onboarding.approve(found, by=make_operator(), seen=seen)
    assert "Price per million tokens" in refused.value.message
    assert state(channel) == Listing.STAGED


def test_a_decline_needs_a_reason_and_brings_it_to_the_providers_people(django_capture_on_commit_callbacks):
    channel = make_own_channel()
    owner, found = join(channel.provider), submit(channel)
    with pytest.raises(Refused):
        onboarding.decline(found, by=make_operator(), reason="  ")
    with django_capture_on_commit_callbacks(execute=True):
        onboarding.decline(found, by=make_operator(), reason="The region isn't stated.")
    assert state(channel) == Listing.DRAFT
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert "The region isn't stated." in mail.outbox[0].body


def test_what_changed_since_the_last_approval_is_said_in_words():
    channel = make_listed()
    before = onboarding.last_approved(channel).facts
    Channel.objects.filter(pk=channel.pk).update(max_parallel=9)
    make_price(channel=channel, starts_on=timezone.localdate() + timedelta(days=1), input=5, output=None)
    channel.refresh_from_db()
    found = {change.name: change for change in onboarding.changes(before, onboarding.snapshot(channel))}
    assert set(found) == {"Calls at once", "Price per million tokens"}
    assert (found["Calls at once"].before, found["Calls at once"].after) == ("4", "9")
    assert "CNY 5 in, unknown out" in found["Price per million tokens"].after


# -- off the list, and back -----------------------------------------------------------------------


def test_a_new_address_makes_a_draft_of_what_was_listed_or_waited():
    listed = make_listed()
    waiting = make_own_channel(provider=listed.provider)
    draft = make_own_channel(provider=listed.provider)
    found = submit(waiting)
    assert onboarding.send_back(listed.api.channels.all(), by=None) == 2
    found.refresh_from_db()
    assert [state(each) for each in (listed, waiting, draft)] == [Listing.DRAFT] * 3
    assert found.state == "withdrawn"
    assert logged(draft) == []
    listed.refresh_from_db()
    assert onboarding.notice_of(listed).state == "moved"
    listings.approve(listed)
    assert (state(listed), listed.suspended_for) == (Listing.LISTED, "")


def test_a_suspension_has_a_reason_and_can_be_lifted_once(django_capture_on_commit_callbacks):
    channel, operator = make_listed(), make_operator()
    join(channel.provider)
    with pytest.raises(Refused):
        onboarding.suspend(channel, by=operator, reason="failing")
    with django_capture_on_commit_callbacks(execute=True):
        onboarding.suspend(channel, by=operator, reason="terms", note="see clause 4")
    assert (state(channel), channel.suspended_for) == (Listing.SUSPENDED, "terms")
    assert "see clause 4" in mail.outbox[0].body
    with pytest.raises(Refused):
        onboarding.suspend(channel, by=operator, reason="terms")
    onboarding.bring_back(channel, by=operator)
    assert (state(channel), channel.suspended_at) == (Listing.LISTED, None)
    with pytest.raises(Refused):
        onboarding.bring_back(channel, by=operator)
    assert logged(channel)[-2:] == ["channel_suspended", "channel_returned"]


def test_what_is_retired_may_be_submitted_again():
    channel = make_listed()
    onboarding.retire(channel, by=None)
    with pytest.raises(Refused):
        onboarding.retire(channel, by=None)
    assert state(channel) == Listing.RETIRED
    submit(channel)
    assert state(channel) == Listing.STAGED


def test_a_last_day_is_kept_and_its_people_are_reminded_once(django_capture_on_commit_callbacks):
    channel, other = make_listed(), make_listed()
    join(channel.provider)
    today = timezone.localdate()
    onboarding.set_sunset(channel, by=None, day=today + timedelta(days=7), successor=other)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert schedule.remind() == 1
        assert schedule.remind() == 0
    assert len(mail.outbox) == 1
    assert "7 days" in mail.outbox[0].body
    Channel.objects.filter(pk=channel.pk).update(sunset_on=today)
    assert schedule.keep_days() == 0
    Channel.objects.filter(pk=channel.pk).update(sunset_on=today - timedelta(days=1))
    assert schedule.keep_days() == 1
    assert schedule.keep_days() == 0
    channel.refresh_from_db()
    assert (channel.listing, channel.successor) == (Listing.RETIRED, other)


def test_refuses_a_last_day_in_the_past_and_a_successor_that_is_not_listed():
    channel, draft = make_listed(), make_own_channel()
    with pytest.raises(Refused):
        onboarding.set_sunset(channel, by=None, day=date(2020, 1, 1))
    for wrong in (channel, draft):
        with pytest.raises(Refused):
            onboarding.set_sunset(channel, by=None, day=timezone.localdate(), successor=wrong)
    with pytest.raises(Refused):
        onboarding.set_sunset(draft, by=None, day=timezone.localdate())


def test_a_last_day_may_be_lifted():
    channel = make_listed()
    with pytest.raises(Refused):
        onboarding.lift_sunset(channel, by=None)
    onboarding.set_sunset(channel, by=None, day=timezone.localdate())
    onboarding.lift_sunset(channel, by=None)
    assert Channel.objects.get(pk=channel.pk).sunset_on is None


# -- who sees it ----------------------------------------------------------------------------------


def test_a_draft_exists_for_its_people_and_the_operators_alone():
    channel = make_own_channel()
    member, stranger = join(channel.provider), make_user()
    assert onboarding.shown_to(channel, member) == "private"
    assert onboarding.shown_to(channel, make_operator()) == "private"
    assert onboarding.shown_to(channel, stranger) == ""


def test_what_was_listed_keeps_its_page():
    seeded = make_channel(listing=Listing.RETIRED)
    stranger = make_user()
    assert onboarding.shown_to(seeded, stranger) == "public"
    own = make_listed()
    onboarding.send_back([own], by=None)
    own.refresh_from_db()
    assert onboarding.shown_to(own, stranger) == "public"


# -- races ----------------------------------------------------------------------------------------


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_operators_at_once_one_decides_and_the_log_says_so_once():
    channel = make_own_channel()
    found, operators = submit(channel), [make_operator() for _ in range(12)]

    def decide(number: int) -> str:
        mine = Submission.objects.get(pk=found.pk)
        if number % 2:
            onboarding.approve(mine, by=operators[number])
        else:
            onboarding.decline(mine, by=operators[number], reason="no")
        return mine.state

    won = [each for each in at_once(decide, 12) if each]
    found.refresh_from_db()
    assert won == [found.state]
    assert state(channel) == (Listing.LISTED if found.state == "approved" else Listing.DRAFT)
    assert len(logged(channel)) == 2


@pytest.mark.postgres
@on_postgres
@pytest.mark.django_db(transaction=True)
def test_suspension_return_and_a_new_address_never_leave_a_channel_between_two_states():
    channel, operator = make_listed(), make_operator()

    def act(number: int) -> str:
        mine = Channel.objects.select_related("provider", "model").get(pk=channel.pk)
        if number % 3 == 0:
            onboarding.suspend(mine, by=operator, reason="other")
            return "channel_suspended"
        if number % 3 == 1:
            onboarding.bring_back(mine, by=operator)
            return "channel_returned"
        return "channel_sent_back" if onboarding.send_back([mine], by=None) else ""

    done = [each for each in at_once(act, 15) if each]
    assert done.count("channel_sent_back") == 1
    moves = logged(channel)[2:]
    assert sorted(moves) == sorted(done)
    assert moves[-1] == "channel_sent_back"
    assert all(before != after for before, after in pairwise(moves))
    assert state(channel) == Listing.DRAFT


def at_once(act, times: int) -> list[str]:
    start = Barrier(times, timeout=60)

    def run(number: int) -> str:
        try:
            start.wait()
            return act(number)
        except Refused:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_what_was_moved_to_another_address_since_its_checks_is_not_submitted():
    channel = make_own_channel()
    Channel.objects.filter(pk=channel.pk).update(base_url="https://api.example.com/v2")
    with pytest.raises(Refused):
        submit(channel)
    assert state(channel) == Listing.DRAFT


def test_the_schedule_ends_no_suspension_that_an_operator_has_made_since():
    channel = make_listed()
    onboarding.suspend(channel, by=None, reason="failing")
    as_the_schedule_saw_it = Channel.objects.get(pk=channel.pk)
    onboarding.bring_back(channel, by=make_operator())
    onboarding.suspend(channel, by=make_operator(), reason="abuse")
    with pytest.raises(Refused):
        onboarding.bring_back(as_the_schedule_saw_it, by=None)
    assert state(channel) == Listing.SUSPENDED


def test_a_last_day_that_is_moved_at_the_last_moment_retires_nothing():
    channel = make_listed()
    Channel.objects.filter(pk=channel.pk).update(sunset_on=timezone.localdate() - timedelta(days=1))
    as_the_schedule_saw_it = Channel.objects.get(pk=channel.pk)
    onboarding.lift_sunset(channel, by=None)
    assert not schedule._retire(as_the_schedule_saw_it)
    assert state(channel) == Listing.LISTED


def test_what_lost_its_key_while_it_waited_is_not_approved():
    channel = make_own_channel()
    found = submit(channel)
    Credential.objects.filter(provider=channel.provider).delete()
    with pytest.raises(Refused) as refused:
        onboarding.approve(found, by=make_operator())
    assert refused.value.field == "state"
    assert state(channel) == Listing.STAGED


def test_whose_channel_leaves_the_list_for_a_new_address_is_written_to(django_capture_on_commit_callbacks):
    listed = make_listed()
    waiting = make_own_channel(provider=listed.provider)
    submit(waiting)
    owner = join(listed.provider, language="en")
    with django_capture_on_commit_callbacks(execute=True):
        onboarding.send_back([listed, waiting], by=owner)
    (letter,) = mail.outbox
    assert letter.to == [owner.email]
    assert letter.subject == f"{listed.name} is off the list until it is checked again"
