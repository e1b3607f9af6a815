"""What its owner deletes is gone: from every table, from the stream, from every address; the books still add up."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from catalog.models import Measurement, PublicReport
from marketplace.accounts import guests
from marketplace.billing import ledger
from marketplace.billing.models import QuotaUse
from sandbox import deleting, forgetting, live, tasks
from sandbox.models import (
    AbuseReport,
    Answer,
    ChartCheck,
    Judgement,
    PairJudgement,
    Picture,
    Prompt,
    PromptSet,
    Reply,
    Report,
    Round,
    Score,
    Trial,
    TrialState,
)
from sandbox.saver import Overtaken, Saver
from tests.factories import make_channel, make_measurement, make_prompt_set, make_scenario, make_trial

pytestmark = pytest.mark.django_db
CANARY = "canary-7f3a91"
TOKEN = guests.new_token()
GUEST = guests.fingerprint(TOKEN)


@pytest.fixture(autouse=True)
def _redis_is_away(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)


@pytest.fixture
def mine():
    client = Client()
    client.cookies[guests.COOKIE] = TOKEN
    return client


def ended(*, own: bool = True, **overrides) -> Trial:
    scenario = make_scenario()
    prompt_set = make_prompt_set(scenario=scenario, prompts=1, version=None if own else 1)
    values = {"state": TrialState.DONE, "finished_at": timezone.now(), "guest": GUEST}
    trial = make_trial(scenario=scenario, prompt_set=prompt_set, **{**values, **overrides})
    Report.objects.create(trial=trial, code=trial.code, facts={})
    return trial


def running(amount: str = "0.5") -> Trial:
    trial = make_trial(guest=GUEST)
    ledger.fund(owner="house:purse", currency="CNY", amount=Decimal(10), transfer=f"fund:{trial.code}")
    ledger.hold(payer="house:purse", currency="CNY", amount=Decimal(amount), reference=trial.hold_reference)
    return trial


def with_everything() -> Trial:
    """A trial with a row of each kind, and the canary wherever a row can hold a text."""
    trial = ended()
    left, right = Answer.objects.of(trial)[:2]
    judge = make_channel(is_judge=True)
    Judgement.objects.create(answer=left, judge=judge, prompt_version="1")
    PairJudgement.objects.create(trial=trial, judge=judge, left=left, right=right, prompt_version="1")
    Score.objects.create(answer=left, dimension=trial.rubric.dimensions.first(), grader="judge", judge=judge)
    ChartCheck.objects.create(answer=left, language="vega-lite")
    Picture.objects.create(
        prompt=trial.prompt_set.prompts.first(), position=1, name="a.png", media_type="image/png", width=1, height=1
    )
    Round.objects.create(trial=trial, number=1)
    Reply.objects.create(report=trial.report, provider=make_channel().provider, text=CANARY)
    AbuseReport.objects.create(report=trial.report, complaint="other", contact=CANARY)
    day = timezone.localdate()
    PublicReport.objects.create(
        code=trial.code, scenario=trial.scenario, title_zh=CANARY, title_en=CANARY, published_on=day
    )
    for model in apps.get_app_config("sandbox").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.TextField | models.JSONField):
                model.objects.update(**{field.name: CANARY})
    return trial


# Rows about graders and channels.
NOT_ABOUT_TRIALS = {"GraderRecord", "ConformanceRun", "ConformanceCheck"}


def times_found(text: str) -> int:
    """In how many cells of the whole database a text stands, whatever the tables and columns are."""
    found = 0
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += sum(text in str(cell) for row in cursor.fetchall() for cell in row)
    return found


def test_nothing_of_a_deleted_trial_is_left_in_any_table():
    trial = with_everything()
    assert times_found(CANARY) > 20
    assert deleting.delete_trial(trial)
    assert times_found(CANARY) == 0
    assert times_found(trial.code) == 0
    assert not PromptSet.objects.exists()


def test_every_kind_of_row_about_a_trial_is_among_those_that_the_search_looks_for():
    with_everything()
    kinds = {model.__name__ for model in apps.get_app_config("sandbox").get_models() if model.objects.exists()}
    assert kinds == {model.__name__ for model in apps.get_app_config("sandbox").get_models()} - NOT_ABOUT_TRIALS


def test_a_second_call_finds_nothing_to_delete():
    trial = ended()
    assert deleting.delete_trial(trial)
    assert not deleting.delete_trial(trial)


def test_the_houses_prompts_stay_and_so_do_others_trials():
    house, other = ended(own=False), ended()
    deleting.delete_trial(house)
    assert Prompt.objects.filter(prompt_set=house.prompt_set_id).exists()
    assert Trial.objects.get() == other


def test_figures_about_channels_stay_and_no_longer_lead_to_the_trial():
    trial = ended(own=False)
    channels = [make_channel(), make_channel()]
    for channel in channels:
        make_measurement(channel=channel, scenario=trial.scenario, report=trial.code)
    deleting.delete_trial(trial)
    reports = set(Measurement.objects.values_list("report", flat=True))
    assert len(reports) == 1  # still known to be of one run
    assert trial.code not in reports


def test_whoever_publishes_while_it_is_being_deleted_leaves_nothing_public():
    trial = ended()

    def publish_first(execute, sql, params, many, context):
        if sql.startswith('DELETE FROM "sandbox_report"'):
            PublicReport.objects.create(
                code=trial.code, scenario=trial.scenario, title_zh="题", title_en="t", published_on=timezone.localdate()
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(publish_first):
        deleting.delete_trial(trial)
    assert not PublicReport.objects.exists()


def test_a_running_trial_pays_for_what_has_come_and_gets_the_rest_back():
    trial = running()
    Answer.objects.filter(pk=Answer.objects.of(trial).first().pk).update(charge=Decimal("0.2"))
    deleting.delete_trial(trial)
    assert ledger.balance("house:purse", "CNY") == Decimal("9.8")
    assert ledger.balance(ledger.HELD, "CNY") == 0
    assert ledger.check() == []


def test_a_worker_that_still_has_the_trial_writes_nothing_more():
    trial = running()
    mine = Trial.objects.take(trial.pk, TrialState.RUNNING)
    saver = Saver(mine)
    answer = Answer.objects.of(mine).first()
    saver.batch.leaving.append(answer)
    deleting.delete_trial(trial)
    with pytest.raises(Overtaken):
        saver.commit(saver.batch)
    assert not Answer.objects.exists()
    tasks.run_trial(trial.pk)  # a bell that rings late


def test_what_a_worker_says_after_the_end_is_not_heard(redis_url, settings, django_capture_on_commit_callbacks):
    settings.REDIS_URL = redis_url
    trial = ended()
    live.say(trial.code, ("pieces", {"1": {"text": CANARY}}))
    with django_capture_on_commit_callbacks(execute=True):
        deleting.delete_trial(trial)
    live.say(trial.code, ("pieces", {"1": {"text": CANARY}}))
    with live.connect() as client:
        assert not client.exists(live.stream_key(trial.code), live.epoch_key(trial.code))
    assert live.snapshot(trial.code).texts == {}


def test_a_stream_that_outlived_its_trial_is_dropped_later(redis_url, settings):
    settings.REDIS_URL = redis_url
    kept = ended()
    for code in (kept.code, "gone"):
        live.say(code, ("state", {}))
    assert forgetting.forget_streams() == 1
    assert live.codes() == [kept.code]


# -- pages --------------------------------------------------------------------------------------------------------
def test_my_trials_lists_mine_alone_in_few_queries(mine, django_assert_max_num_queries):
    trials = [ended() for _ in range(4)]
    other = ended(guest="somebody else")
    with django_assert_max_num_queries(5):
        page = mine.get("/en/trials/mine/").content.decode()
    assert all(f"/en/reports/{trial.code}/" in page for trial in trials)
    assert other.code not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_my_trials_is_for_nobody_elses_eyes(mine, language):
    ended()
    response = mine.get(f"/{language}/trials/mine/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert Client().get(f"/{language}/trials/mine/").content.count(b"<form method") == 0


def test_one_press_deletes_one_trial_and_its_addresses_answer_404(mine):
    trial, other = ended(), ended()
    assert mine.get(f"/en/reports/{trial.code}/audience/").status_code == 405
    response = mine.post(f"/en/trials/{trial.code}/delete/", follow=True)
    assert "deleted" in response.content.decode()
    addresses = [f"/en/trials/{trial.code}/", f"/en/trials/{trial.code}/state/", f"/en/reports/{trial.code}/"]
    addresses += [f"/api/v1/trials/{trial.code}/", f"/api/v1/reports/{trial.code}/"]
    assert [mine.get(address).status_code for address in addresses] == [404] * 5
    assert Trial.objects.get() == other


def test_everything_is_deleted_only_by_who_says_so_twice(mine):
    ended(), running(), ended(guest="somebody else")
    mine.post("/en/trials/mine/delete/")
    assert Trial.objects.count() == 3
    mine.post("/en/trials/mine/delete/", {"sure": "yes"})
    assert Trial.objects.get().guest == "somebody else"


def test_a_stranger_deletes_nothing():
    trial = ended()
    assert Client().post(f"/en/trials/{trial.code}/delete/").status_code == 403
    Client().post("/en/trials/mine/delete/", {"sure": "yes"})
    assert Trial.objects.exists()


def test_deleting_needs_the_forms_token():
    trial = ended()
    client = Client(enforce_csrf_checks=True)
    client.cookies[guests.COOKIE] = TOKEN
    assert client.post(f"/en/trials/{trial.code}/delete/").status_code == 403
    assert Trial.objects.exists()


# -- the API ------------------------------------------------------------------------------------------------------
def test_the_owners_token_deletes_by_the_api():
    trial = ended()
    address = f"/api/v1/trials/{trial.code}/"
    refused = Client().delete(address)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert Client().delete(address, headers={"X-Owner-Token": TOKEN}).status_code == 204
    assert Client().delete(address, headers={"X-Owner-Token": TOKEN}).status_code == 404
    assert not Trial.objects.exists()


def test_a_revoked_report_can_still_be_deleted():
    trial = ended()
    Report.objects.update(revoked_at=timezone.now())
    assert Client().delete(f"/api/v1/trials/{trial.code}/", headers={"X-Owner-Token": TOKEN}).status_code == 204


def test_the_api_describes_the_deletion():
    schema = Client().get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    deletion = json.loads(schema.content)["paths"]["/api/v1/trials/{code}/"]["delete"]
    assert set(deletion["responses"]) == {"204", "401", "403", "404", "406"}


# -- beside trials ------------------------------------------------------------------------------------------------
def test_traces_beside_trials_are_forgotten_too(settings):
    settings.TRIAL_KEEP_DAYS = 30
    long_ago = timezone.now() - timedelta(days=31)
    old, young = (QuotaUse.objects.create(subject="guest:x", quota="q", period=day) for day in ("2020-01-01", "2999"))
    complaint = AbuseReport.objects.create(report=ended().report, complaint="other", handled_at=long_ago)
    orphan = make_prompt_set(scenario=make_scenario(), version=None)
    PromptSet.objects.filter(pk=orphan.pk).update(created_at=long_ago)
    forgetting.forget_traces()
    assert list(QuotaUse.objects.all()) == [young] != [old]
    assert not AbuseReport.objects.filter(pk=complaint.pk).exists()
    assert not PromptSet.objects.filter(pk=orphan.pk).exists()
