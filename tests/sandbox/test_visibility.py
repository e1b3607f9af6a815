"""Who may see a report: its link opens it, its owner may make it public or close it, an operator watches over texts."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import PublicReport
from sandbox import visibility
from sandbox.models import Report, Visibility
from tests.factories import make_prompt_set, make_scenario, make_trial
from tests.sandbox.told import facts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _redis_is_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"


def make_report(*, own: bool = False, **told) -> Report:
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=1, version=None if own else 1)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, state="done", finished_at=timezone.now())
    return Report.objects.create(trial=trial, code=trial.code, facts=facts(own_prompts=own, **told))


def seen(report: Report) -> str:
    return Report.objects.get(pk=report.pk).visibility


def test_a_report_opens_by_its_link_until_somebody_wishes_otherwise():
    assert seen(make_report()) == "link"


def test_the_houses_prompts_may_be_shown_to_everybody():
    report = make_report(simulated=False)
    assert visibility.publish(report)
    assert not visibility.publish(report)
    assert seen(report) == "public"
    row = PublicReport.objects.get()
    assert (row.code, row.scenario, row.title_en) == (report.code, report.trial.scenario, "Choose Cedar.")


def test_the_catalogue_learns_which_channels_a_public_report_compares():
    report = make_report()
    visibility.publish(report)
    compared = set(PublicReport.objects.get().channels.all())
    assert compared == {contender.channel for contender in report.trial.contenders.select_related("channel")}
    assert compared
    visibility.unpublish(report)
    assert not PublicReport.channels.through.objects.exists()


def test_a_simulated_reports_title_says_so():
    visibility.publish(make_report())
    assert PublicReport.objects.get().title_en == "Choose Cedar. (simulated)"


def test_somebodys_own_prompts_need_an_operators_yes():
    report = make_report(own=True)
    with pytest.raises(visibility.NeedsApproval):
        visibility.publish(report)
    assert not visibility.approve(report)  # nobody asked
    assert visibility.ask(report)
    assert seen(report) == "asked"
    assert not PublicReport.objects.exists()
    assert visibility.approve(report)
    assert seen(report) == "public"
    assert PublicReport.objects.count() == 1


@pytest.mark.parametrize("before", ["asked", "public"])
def test_it_goes_back_to_its_link(before):
    report = make_report(own=before == "asked")
    visibility.ask(report) if before == "asked" else visibility.publish(report)
    assert visibility.unpublish(report)
    assert not visibility.unpublish(report)
    assert seen(report) == "link"
    assert not PublicReport.objects.exists()


def test_a_revoked_report_leaves_the_catalogue_for_good():
    report = make_report()
    visibility.publish(report)
    assert visibility.revoke(report)
    assert not visibility.revoke(report)
    assert not PublicReport.objects.exists()
    assert not visibility.publish(report)
    assert not visibility.hide(report, prompts=True, answers=True)


def test_the_database_keeps_no_revoked_report_public():
    report = make_report()
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(visibility=Visibility.PUBLIC, revoked_at=timezone.now())


def test_what_an_operator_has_not_read_is_not_public():
    report = make_report(own=True)
    visibility.hide(report, prompts=True, answers=True)
    visibility.ask(report)
    visibility.approve(report)
    report.refresh_from_db()
    visibility.hide(report, prompts=False, answers=True)
    assert seen(report) == "asked"
    assert not PublicReport.objects.exists()
