"""A report's pages: a hurried reader's facts, a sceptic's tables, its owner's wishes and a reader's complaint."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from catalog.models import PublicReport
from marketplace.accounts import guests
from marketplace.accounts.models import User
from sandbox import visibility
from sandbox.models import AbuseReport, Prompt, Report
from tests.factories import make_prompt_set, make_scenario, make_trial
from tests.sandbox.test_views import report_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _redis_is_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def owner():
    """A guest's browser."""
    client = Client()
    client.cookies[guests.COOKIE] = guests.new_token()
    return client


def make_report(owner: Client | None = None, *, own: bool = False, prompts: int = 3) -> Report:
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=prompts, version=None if own else 1)
    guest = guests.fingerprint(owner.cookies[guests.COOKIE].value) if owner else ""
    return report_of(make_trial(scenario=scenario, prompt_set=prompt_set, guest=guest))


def page_of(report: Report, path: str = "", *, client: Client | None = None, status: int = 200) -> str:
    response = (client or Client()).get(f"/en/reports/{report.code}/{path}")
    assert response.status_code == status
    return response.content.decode()


def wish(client: Client, report: Report, **fields: str) -> int:
    return client.post(f"/en/reports/{report.code}/audience/", fields).status_code


def complain(client: Client, report: Report, **fields: str):
    return client.post(f"/en/reports/{report.code}/complain/", {"complaint": "private", **fields})


# -- two readers --------------------------------------------------------------------------------------------------


def test_a_hurried_reader_sees_both_prices_and_until_when():
    page = page_of(make_report())
    stone = page.split('class="stone conclusion')[1].split("</section>")[0]
    assert stone.count("per 100 answers") == 2
    assert "Take" in stone
    assert "Runner-up" in stone
    assert "after 30 days" in stone


def test_a_sceptic_sees_topics_and_graders():
    report = make_report()
    assert 'id="graders"' in page_of(report)
    assert 'id="topics"' not in page_of(report)
    report.facts["topics"] = [
        {"topic": topic, "prompts": 1, "scores": {row["channel"]: 4.2 for row in report.facts["ranking"]}}
        for topic in ("logic", "rates")
    ]
    report.save()
    page = page_of(report)
    assert "logic puzzles" in page
    assert page.count('<td class="num">4.2</td>') == 4


def test_a_sceptic_sees_the_leaders_side_by_side():
    report = make_report()
    left, right = (row["channel"] for row in report.facts["ranking"])
    counts = {"judge": "j-1", "wins": 4, "losses": 1, "ties": 1, "flips": 1, "unread": 0}
    report.facts["pairs"] = {"left": left, "right": right, "judges": [counts]}
    report.save()
    assert "j-1" in page_of(report).split('id="pairs"')[1]


def test_a_report_written_before_these_facts_existed_still_opens():
    report = make_report()
    for name in ("valid_until", "topics", "graders"):
        del report.facts[name]
    report.save()
    page_of(report)


# -- its owner ----------------------------------------------------------------------------------------------------


def test_a_link_is_not_indexed_and_a_public_report_is(owner):
    report = make_report(owner)
    slug = report.facts["prompts"][0]["slug"]
    paths = [f"/en/reports/{report.code}/{path}" for path in ("", f"answers/{slug}/")]
    for path in paths:
        response = Client().get(path)
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert b"noindex" in response.content
    assert wish(owner, report, public="on") == 302
    for path in paths:
        response = Client().get(path)
        assert response["X-Robots-Tag"] == "all"
        assert b"noindex" not in response.content
        assert response["Cache-Control"] == "private, no-store"
    assert PublicReport.objects.get().code == report.code
    listed = Client().get(f"/en/scenarios/{report.trial.scenario.slug}/").content.decode()
    assert f"/en/reports/{report.code}/" in listed


def test_a_public_report_goes_back_to_its_link_at_once(owner):
    report = make_report(owner)
    wish(owner, report, public="on")
    wish(owner, report)
    assert not PublicReport.objects.exists()
    assert Client().get(f"/en/reports/{report.code}/")["X-Robots-Tag"] == "noindex, nofollow"


def test_on_prompts_of_ones_own_public_is_a_question_to_an_operator(owner):
    report = make_report(owner, own=True)
    assert "an operator reads it first" in page_of(report, client=owner)
    wish(owner, report, public="on")
    assert "an operator will decide" in page_of(report, client=owner)
    assert not PublicReport.objects.exists()
    visibility.approve(Report.objects.get())
    wish(owner, report, public="on", hide_answers="on")  # what was approved stays public
    assert PublicReport.objects.exists()


def test_the_owner_hides_texts_and_shows_them_again(owner):
    report = make_report(owner, own=True)
    text = Prompt.objects.first().text
    slug = report.facts["prompts"][0]["slug"]
    assert text in page_of(report, f"answers/{slug}/")
    wish(owner, report, hide_prompts="on", hide_answers="on")
    page_of(report, f"answers/{slug}/", status=404)
    page = page_of(report, "answers/prompt-1/")
    assert text not in page
    assert "<strong>bold</strong>" not in page
    assert "hides what was asked" in page
    assert "Hidden by the report's owner" in page
    assert "prompts hidden by its owner" in page_of(report)
    wish(owner, report)
    assert text in page_of(report, f"answers/{slug}/")


def test_a_stranger_has_no_say(owner):
    report = make_report(owner)
    assert "audience/" in page_of(report, client=owner)
    assert "audience/" not in page_of(report)
    assert wish(Client(), report, public="on") == 403
    visibility.revoke(report)
    assert wish(owner, report, public="on") == 403
    assert not PublicReport.objects.exists()


# -- a reader's complaint -----------------------------------------------------------------------------------------


def test_a_reader_complains_and_the_report_stays_until_an_operator_decides(client):
    report = make_report()
    assert "complain/" in page_of(report)
    assert "personal or confidential" in page_of(report, "complain/")
    assert complain(client, report, text="My address is in it.", contact="me@x.example").status_code == 302
    row = AbuseReport.objects.get()
    assert (row.report, row.complaint, row.text, row.contact) == (
        report,
        "private",
        "My address is in it.",
        "me@x.example",
    )
    assert "An operator will look at this report" in page_of(report, client=client)


def test_a_complaint_says_of_what_kind_it_is(client):
    response = complain(client, make_report(), complaint="", text="Just because.")
    assert response.status_code == 400
    assert "Just because." in response.content.decode()
    assert not AbuseReport.objects.exists()


def test_complaints_are_bounded_per_reader_and_per_report(client, settings):
    settings.COMPLAINTS_PER_DAY, settings.COMPLAINTS_PER_REPORT_AND_DAY = 2, 3
    report = make_report()
    answers = [complain(client, report).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert [complain(Client(), report).status_code for _ in range(2)] == [302, 429]
    assert AbuseReport.objects.count() == 3


def test_nobody_complains_about_what_nobody_can_read(client):
    report = make_report()
    visibility.revoke(report)
    assert complain(client, report).status_code == 404


# -- the operators' desk ------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("op", password="not-a-real-password"))
    return client


def act(desk: Client, model: str, action: str, *rows) -> int:
    fields = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(reverse(f"admin:sandbox_{model}_changelist"), fields).status_code


def test_an_operator_approves_what_asks_to_be_public(desk, owner):
    report = make_report(owner, own=True)
    act(desk, "report", "approve", report)  # nobody asked
    assert not PublicReport.objects.exists()
    wish(owner, report, public="on")
    asking = desk.get(reverse("admin:sandbox_report_changelist"), {"visibility__exact": "asked"})
    assert report.code in asking.content.decode()
    assert act(desk, "report", "approve", report) == 302
    assert PublicReport.objects.get().code == report.code
    act(desk, "report", "unpublish", report)
    assert not PublicReport.objects.exists()


def test_an_operator_revokes_a_report_that_readers_complain_about(desk):
    report, other = make_report(), make_report()
    complain(Client(), report)
    complain(Client(), report)
    complain(Client(), other)
    listed = desk.get(reverse("admin:sandbox_abusereport_changelist")).content.decode()
    assert report.code[:8] in listed
    act(desk, "abusereport", "revoke", AbuseReport.objects.filter(report=report).first())
    page_of(report, status=410)
    page_of(other)
    act(desk, "abusereport", "handle", *AbuseReport.objects.all())
    assert not AbuseReport.objects.filter(handled_at__isnull=True).exists()
    assert act(desk, "report", "revoke", other) == 302
    page_of(other, status=410)


def test_whoever_may_only_read_the_desk_closes_nothing(client):
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_report", "view_abusereport"]))
    client.force_login(reader)
    report = make_report()
    act(client, "report", "revoke", report)
    page_of(report)
