"""What a visitor sent is deleted when it was promised to be."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from catalog.models import PublicReport
from marketplace.accounts.models import User
from sandbox.forgetting import forget, forget_traces
from sandbox.models import Answer, Prompt, Report, Trial
from tests.factories import make_prompt_set, make_scenario, make_trial

pytestmark = pytest.mark.django_db


def ended(days_ago, *, own=False):
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=1, version=None if own else 1)
    trial = make_trial(scenario=scenario, prompt_set=prompt_set)
    Trial.objects.filter(pk=trial.pk).update(state="done", finished_at=timezone.now() - timedelta(days=days_ago))
    Report.objects.create(trial=trial, code=trial.code, facts={})
    return trial


def test_an_old_trial_goes_with_its_prompt_answers_and_report():
    ended(31, own=True)
    assert forget() == 1
    assert not any(model.objects.exists() for model in (Trial, Answer, Report, Prompt))


def test_the_houses_prompts_stay():
    ended(31)
    forget()
    assert Prompt.objects.exists()


def test_a_young_trial_and_one_that_still_runs_stay():
    ended(29, own=True)
    make_trial()
    assert forget() == 0


def test_a_published_report_on_house_prompts_stays_but_not_one_on_a_visitors():
    for trial in (ended(31), ended(31, own=True)):
        PublicReport.objects.create(
            code=trial.code, scenario=trial.scenario, title_zh="t", title_en="t", published_on=timezone.localdate()
        )
    assert forget() == 1
    assert Trial.objects.get().prompt_set.version == 1
    assert PublicReport.objects.get().code == Trial.objects.get().code


def test_a_device_is_forgotten_with_its_session():
    user = User.objects.create_user("ann", "ann@example.org")
    kept = Session.objects.create(session_key="kept", session_data="", expire_date=timezone.now() + timedelta(days=1))
    for key in (kept.session_key, "ended"):
        UserSession.objects.create(user=user, ip="192.0.2.1", session_key=key, user_agent="a browser")
    forget_traces()
    assert [device.session_key for device in UserSession.objects.all()] == ["kept"]
