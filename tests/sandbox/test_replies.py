"""The right of reply: who may, where it stands, and that an operator can hide it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import AuditEntry, PublicReport
from catalog.refusals import Refused
from catalog.versions import Outdated
from marketplace.accounts.models import User
from sandbox import replies, reports
from sandbox.models import Reply, Report, TrialState
from tests.factories import make_membership
from tests.sandbox.judged import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    trial = answered(prompts=2, state=TrialState.REPORTING)
    return reports.write(trial)


@pytest.fixture
def public(report):
    Report.objects.filter(pk=report.pk).update(visibility="public")
    shown = PublicReport.objects.create(
        code=report.code,
        scenario=report.trial.scenario,
        title_zh="标题",
        title_en="Title",
        published_on="2026-11-01",
    )
    shown.channels.set(report.trial.contenders.values_list("channel_id", flat=True))
    return report


@pytest.fixture
def writer():
    return User.objects.create_user("writer", email="writer@provider.example")


def provider_in(report):
    return report.trial.contenders.first().channel.provider


def test_stands_under_the_report_as_text_in_the_providers_name(client, public, writer):
    provider = provider_in(public)
    replies.write(provider, public.code, by=writer, text="We <b>fixed</b> this.\r\nSince then it is faster.")
    page = client.get(reverse("sandbox:report", args=[public.code])).content.decode()
    assert "We &lt;b&gt;fixed&lt;/b&gt; this.<br>Since then it is faster." in page
    assert provider.name in page
    answer = client.get(reverse("api:report", args=[public.code])).json()
    assert answer["replies"][0]["provider"] == provider.slug


def test_is_noted_in_the_providers_log(public, writer):
    replies.write(provider_in(public), public.code, by=writer, text="Thank you.")
    assert AuditEntry.objects.get().action == "reply_written"


def test_replaces_an_earlier_reply_and_says_when(public, writer):
    provider = provider_in(public)
    replies.write(provider, public.code, by=writer, text="First.")
    replies.write(provider, public.code, by=writer, text="Second.")
    reply = Reply.objects.get()
    assert reply.text == "Second."
    assert reply.changed_at is not None


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
def test_refuses_nothing_and_too_much(public, writer, text):
    with pytest.raises(Refused):
        replies.write(provider_in(public), public.code, by=writer, text=text)
    assert not Reply.objects.exists()


def test_refuses_a_provider_whose_channels_are_not_in_it(public, writer):
    stranger = answered().contenders.first().channel.provider
    with pytest.raises(Refused):
        replies.write(stranger, public.code, by=writer, text="Me, too.")


def test_refuses_a_report_that_is_not_public(report, writer):
    with pytest.raises(Refused):
        replies.write(provider_in(report), report.code, by=writer, text="Hello.")


def test_what_an_operator_has_hidden_is_shown_to_nobody_and_cannot_be_written_anew(client, public, writer):
    reply = replies.write(provider_in(public), public.code, by=writer, text="Unseemly words.")
    assert replies.hide(reply, reason="names a person")
    assert not replies.hide(reply, reason="again")
    assert "Unseemly" not in client.get(reverse("sandbox:report", args=[public.code])).content.decode()
    with pytest.raises(Refused):
        replies.write(provider_in(public), public.code, by=writer, text="Others.")
    assert replies.show_again(reply)


def test_can_be_taken_away_once(public, writer):
    provider = provider_in(public)
    replies.write(provider, public.code, by=writer, text="Hello.")
    assert replies.remove(provider, public.code, by=writer)
    assert not replies.remove(provider, public.code, by=writer)


def test_an_operator_hides_a_reply_by_giving_a_reason(admin_client, public, writer):
    reply = replies.write(provider_in(public), public.code, by=writer, text="Hello.")
    address = reverse("admin:sandbox_reply_change", args=[reply.pk])
    admin_client.post(address, {"hidden_for": "an advertisement"})
    reply.refresh_from_db()
    assert (reply.hidden_for, reply.hidden_at is not None) == ("an advertisement", True)
    admin_client.post(address, {"hidden_for": ""})
    reply.refresh_from_db()
    assert reply.hidden_at is None


def test_the_second_of_two_writers_is_told_and_replaces_nothing(public, writer):
    provider = provider_in(public)
    replies.write(provider, public.code, by=writer, text="First.", seen="")
    with pytest.raises(Outdated):
        replies.write(provider, public.code, by=writer, text="Second.", seen="")
    standing = Reply.objects.get()
    assert standing.text == "First."
    replies.write(provider, public.code, by=writer, text="Second.", seen=replies.mark_of(standing))
    assert Reply.objects.get().text == "Second."


def test_the_page_shows_the_second_writer_what_stands_there_now(client, public, writer):
    provider = provider_in(public)
    make_membership(provider=provider, role="editor", user=writer)
    replies.write(provider, public.code, by=writer, text="Written a moment ago.")
    client.force_login(writer)
    where = reverse("portal:reply", args=[provider.slug, public.code])
    answer = client.post(where, {"text": "Mine.", "seen": ""})
    assert answer.status_code == 409
    assert "Written a moment ago." in answer.content.decode()
    assert client.post(where, {"text": "Mine.", "seen": answer.context["seen"]}).status_code == 302
    assert Reply.objects.get().text == "Mine."
