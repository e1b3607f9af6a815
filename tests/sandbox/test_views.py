"""The sandbox's pages: one press of Compare is one trial, a link is a permission, and every trouble has a page."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from catalog.models import Listing
from marketplace.accounts import guests
from marketplace.accounts.models import User
from sandbox import live, reports, tasks
from sandbox.models import Answer, AnswerState, Report, Score, Trial, TrialState
from tests.factories import make_channel, make_prompt_set, make_provider, make_scenario, make_trial

pytestmark = pytest.mark.django_db
FORM = "/en/trials/new/"


@pytest.fixture(autouse=True)
def site(settings, monkeypatch):
    """Simulators run, a bell rings nowhere, and Redis is away unless a test asks for it."""
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)


@pytest.fixture
def scenario():
    scenario = make_scenario(slug="writing", title_en="Writing", title_zh="写作")
    prompt_set = make_prompt_set(scenario=scenario, prompts=6)
    prompt_set.prompts.filter(position__gt=3).update(language="en")
    for _ in range(3):
        make_channel(scenario=scenario)
    return scenario


def start(client: Client, **fields):
    return client.post(FORM, {"scenario": "writing", "top": "2", **fields})


def report_of(trial: Trial) -> Report:
    """The report that a worker would write, with one failed answer and scores for the rest."""
    judge = make_channel(is_judge=True)
    answers = list(Answer.objects.of(trial).order_by("pk"))
    for place, answer in enumerate(answers):
        answer.state, answer.text = AnswerState.DONE, "**bold** <script>alert(1)</script>"
        answer.ttft_ms, answer.total_ms, answer.output_tps, answer.charge = 120.0, 900.0, 80.0, Decimal("0.001")
        answer.input_tokens, answer.output_tokens, answer.reasoning = 12, 30, "thought"
        if not place:
            answer.state, answer.error_kind, answer.error_detail = AnswerState.FAILED, "cut_off", "It broke off."
        answer.save()
        for dimension in trial.rubric.dimensions.all():
            value = None if not place else 5.0 + place % 4
            Score.objects.create(
                answer=answer,
                dimension=dimension,
                grader="judge",
                judge=judge,
                value=value,
                reason="R",
                evidence={"e": 1},
            )
    Trial.objects.filter(pk=trial.pk).update(
        state=TrialState.REPORTING, lease_until=timezone.now() + timedelta(minutes=1)
    )
    trial.refresh_from_db()
    report = reports.write(trial)
    assert report
    return report


# -- the form -----------------------------------------------------------------------------------------------------


def test_the_form_says_what_it_costs_and_where_the_prompt_goes(client, scenario):
    page = client.get(FORM).content.decode()
    assert "18 answers, at most ¥" in page
    assert "The prompt goes to simulated channels only" in page
    assert "40 free trials left today" in page
    assert page.count('name="channels"') == 3


def test_the_form_speaks_chinese(client, scenario):
    assert "写作" in client.get("/zh-hans/trials/new/").content.decode()


def test_the_form_keeps_what_a_link_asks_for(client, scenario):
    one, two, _three = scenario.channels.order_by("pk")
    page = client.get(
        FORM, {"scenario": "writing", "channel": [one.slug, two.slug], "prompt": "Hi <b>"}
    ).content.decode()
    assert "Hi &lt;b&gt;" in page
    assert page.count(" checked ") == 2


@pytest.mark.parametrize("weight", ["w", "nan", "inf", "-1"])
def test_the_form_survives_a_senseless_link(client, scenario, weight):
    asked = {"top": "x", "repeats": "y", "scenario": "z", "weight-cost": weight}
    assert client.get(FORM, asked).status_code == 200
    assert client.post(FORM, asked).status_code == 400


def test_lists_apart_what_can_only_be_looked_up(client, scenario):
    make_channel(scenario=scenario, provider=make_provider(is_simulated=False, country="FR"))
    page = client.get(FORM).content.decode()
    assert page.count('name="channels"') == 3
    assert "1 more channel is listed only" in page


def test_names_the_providers_and_countries_of_real_channels(client, scenario, settings):
    settings.SIMULATORS_URL = ""
    for country, trains in (("FR", None), ("CN", True), ("", False)):
        provider = make_provider(
            is_simulated=False, country=country, trains_on_inputs=trains, terms_source="https://terms.example/"
        )
        provider.credentials.create(origin="https://x.example", secret="not-a-real-key", works=True)
        make_channel(scenario=scenario, provider=provider, base_url="https://x.example/v1")
    page = client.get(FORM).content.decode()
    assert "The prompt goes to" in page
    assert "France" in page
    assert "country unknown" in page
    assert "trains on inputs" in page


def test_without_an_open_scenario_there_is_nothing_to_try(client):
    response = client.get(FORM)
    assert response.status_code == 503
    assert b"nothing to compare" in response.content


def test_the_form_asks_the_database_little(client, scenario, django_assert_max_num_queries):
    client.get(FORM)
    with django_assert_max_num_queries(20):
        client.get(FORM)


def test_quotes_a_form_or_says_what_is_wrong_with_it(client, scenario):
    quoted = client.get("/en/trials/quote/", {"scenario": "writing", "top": "2"}).json()
    assert quoted["quote"].startswith("12 answers, at most ¥")
    many = client.get("/en/trials/quote/", {"scenario": "writing", "top": "2", "repeats": "99"}).json()
    assert "99" in many["problem"]
    assert client.get("/en/trials/quote/").json()["problem"]


# -- starting -----------------------------------------------------------------------------------------------------


def test_compare_opens_a_trial_and_shows_it(client, scenario):
    response = start(client)
    trial = Trial.objects.get()
    assert response["Location"] == f"/en/trials/{trial.code}/"
    assert trial.guest == guests.fingerprint(client.cookies[guests.COOKIE].value)
    assert trial.contenders.count() == 2


def test_compare_takes_the_visitors_own_wishes(client, scenario):
    channel = scenario.channels.first()
    fields = {"channels": [channel.slug], "prompt": "Why?", "repeats": "2", "blind": "1", "weight-cost": "3"}
    start(client, **fields)
    trial = Trial.objects.get()
    assert trial.prompt_set.is_own
    assert (trial.repeats, trial.is_blind, trial.weights["cost"]) == (2, True, 3.0)
    assert [contender.channel for contender in trial.contenders.all()] == [channel]


def test_two_clicks_are_one_trial(client, scenario):
    first, second = start(client, nonce="once"), start(client, nonce="once")
    assert first["Location"] == second["Location"]
    assert Trial.objects.count() == 1


def test_a_first_visitors_two_clicks_are_one_trial_that_they_own(scenario):
    one, two = Client(), Client()
    assert start(one, nonce="once")["Location"] == start(two, nonce="once")["Location"]
    assert Trial.objects.get().guest == guests.fingerprint(two.cookies[guests.COOKIE].value)


def test_the_second_click_gets_the_trial_even_when_the_first_took_the_last_of_the_quota(client, scenario, settings):
    settings.GUEST_TRIALS_PER_DAY = 1
    assert start(client, nonce="once")["Location"] == start(client, nonce="once")["Location"]


def test_a_changed_form_is_another_trial(client, scenario):
    start(client, nonce="once")
    start(client, nonce="once", prompt="Something else")
    assert Trial.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_are_one_trial(scenario):
    places = []

    def click() -> None:
        places.append(start(Client(), nonce="once").get("Location"))
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Trial.objects.count() == 1
    assert set(places) == {f"/en/trials/{Trial.objects.get().code}/"}


def test_a_signed_in_visitor_owns_the_trial(client, scenario):
    user = User.objects.create_user("u")
    client.force_login(user)
    start(client)
    trial = Trial.objects.get()
    assert (trial.owner, trial.guest) == (user, "")
    assert b"data-stop" in client.get(f"/en/trials/{trial.code}/").content


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prompt": "x" * 1_000_000}, "1,000,000 characters"),
        ({"repeats": "0"}, "0 repeats"),
        ({"repeats": "99"}, "99 repeats"),
        ({"channels": ["nobody"]}, "nobody"),
        ({"channels": [f"c-{n}" for n in range(500)]}, "500 channels"),
        ({"top": ""}, "No channel is chosen"),
        ({"scenario": "nowhere"}, "no such scenario"),
        ({"weight-quality-1": "0", "weight-quality-2": "0"}, "Give at least one of them a weight"),
    ],
)
def test_a_refused_form_comes_back_with_the_mend_and_everything_typed(client, scenario, fields, said):
    response = start(client, **{"prompt": "My own words", **fields})
    assert response.status_code == 400
    page = response.content.decode()
    assert said in page
    assert fields.get("prompt", "My own words")[:50] in page
    assert not Trial.objects.exists()


def test_a_listed_only_channel_is_refused_by_name(client, scenario):
    idle = make_channel(scenario=scenario, provider=make_provider(is_simulated=False))
    response = start(client, channels=[idle.slug])
    assert response.status_code == 400
    assert f"we hold no working key: {idle.slug}." in response.content.decode()


def test_a_withdrawn_channel_is_unknown(client, scenario):
    gone = make_channel(scenario=scenario, listing=Listing.RETIRED)
    assert gone.slug in start(client, channels=[gone.slug]).content.decode()


@pytest.mark.parametrize("prompt", ["a\x00b", "שלום", "👩‍👩‍👧" * 100, "\u202e reversed"])
def test_odd_prompts_work(client, scenario, prompt):
    assert start(client, prompt=prompt).status_code == 302
    assert Trial.objects.get().prompt_set.prompts.get().text == prompt.replace("\x00", "").strip()


def test_a_file_for_a_prompt_is_no_prompt(client, scenario):
    assert start(client, prompt=SimpleUploadedFile("x.txt", b"x")).status_code == 302


def test_an_exhausted_quota_says_when_it_comes_back_and_keeps_the_form(client, scenario, settings):
    settings.GUEST_TRIALS_PER_DAY = 1
    start(client)
    response = start(client, prompt="My own words")
    assert response.status_code == 429
    assert "today&#x27;s last free trial" in response.content.decode()
    assert "My own words" in response.content.decode()
    assert "today&#x27;s last free trial" in client.get(FORM).content.decode()


def test_an_empty_purse_says_so_and_keeps_the_form(client, scenario, settings):
    settings.PURSE_PER_DAY = Decimal(0)
    response = start(client, prompt="My own words")
    assert response.status_code == 503
    assert "purse" in response.content.decode()
    assert "My own words" in response.content.decode()
    assert not Trial.objects.exists()


# -- the live page ------------------------------------------------------------------------------------------------


def state_in(page: bytes) -> dict:
    return json.loads(page.decode().split('<script id="live-state" type="application/json">')[1].split("</script>")[0])


def test_the_live_page_starts_from_the_database(client):
    trial = make_trial(channels=2, prompts=2)
    done, failed, *_ = Answer.objects.of(trial)
    Answer.objects.filter(pk=done.pk).update(state="done", text="</script><b>", charge=Decimal("0.0012"))
    Answer.objects.filter(pk=failed.pk).update(state="failed", error_kind="timeout")
    for value, grader in ((6.0, "judge"), (8.0, "rule"), (None, "person")):
        dimension = trial.rubric.dimensions.first()
        Score.objects.create(answer=done, dimension=dimension, grader=grader, value=value)
    response = client.get(f"/en/trials/{trial.code}/")
    state = state_in(response.content)
    answers = {answer["id"]: answer for answer in state["answers"]}
    assert answers[done.pk]["text"] == "</script><b>"
    assert answers[done.pk]["scores"] == {"quality-1": 7.0}
    assert answers[done.pk]["charge"].startswith("0.0012")
    assert answers[failed.pk]["error_kind"] == "timeout"
    assert len(state["answers"]) == 4
    assert state["verdict"]["verdict"] == "cannot_tell"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_the_live_page_adds_what_is_still_under_way(client, redis_url):
    trial = make_trial(channels=1, prompts=2)
    first, second = Answer.objects.of(trial)
    Answer.objects.filter(pk=second.pk).update(sent_at=timezone.now())
    live.say(trial.code, ("pieces", {str(first.pk): {"text": "So far", "reasoning": "Hm"}}))
    state = client.get(f"/en/trials/{trial.code}/state/").json()
    answers = {answer["id"]: answer for answer in state["answers"]}
    assert (answers[first.pk]["text"], answers[first.pk]["reasoning"], answers[first.pk]["state"]) == (
        "So far",
        "Hm",
        "streaming",
    )
    assert answers[second.pk]["state"] == "sent"
    assert state["after"]


def test_a_blind_trial_names_nobody_until_it_has_ended(client):
    channels = [make_channel(provider=make_provider(name_en=f"Secret {n}")) for n in range(2)]
    trial = make_trial(channels=channels, is_blind=True)
    seen = client.get(f"/en/trials/{trial.code}/").content + client.get(f"/en/trials/{trial.code}/state/").content
    for channel in channels:
        for secret in (channel.slug, channel.name, channel.wire_name, "Secret"):
            assert secret.encode() not in seen
    assert b"Channel A" in seen
    Trial.objects.update(state="cancelled", finished_at=timezone.now())
    assert channels[0].name.encode() in client.get(f"/en/trials/{trial.code}/state/").content


def test_says_when_no_worker_is_on_a_trial(client):
    trial = make_trial()
    address = f"/en/trials/{trial.code}/state/"
    assert client.get(address).json()["attended"] is True
    Trial.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert client.get(address).json()["attended"] is False
    Trial.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    assert client.get(address).json()["attended"] is True


def test_only_the_owner_can_stop_a_trial(client, scenario):
    start(client)
    trial = Trial.objects.get()
    stop = f"/en/trials/{trial.code}/cancel/"
    assert b"data-stop" not in Client().get(f"/en/trials/{trial.code}/").content
    assert Client().post(stop).status_code == 403
    assert client.get(stop).status_code == 405
    trial.refresh_from_db()
    assert trial.cancel_asked_at is None
    assert client.post(stop)["Location"] == f"/en/trials/{trial.code}/"
    trial.refresh_from_db()
    assert trial.cancel_asked_at is not None


@pytest.mark.parametrize("path", ["trials/feedbeef/", "reports/feedbeef/", "reports/feedbeef/answers/x/"])
def test_a_wrong_link_says_what_to_do(client, path):
    response = client.get(f"/en/{path}")
    assert response.status_code == 404
    assert b"Start a comparison" in response.content
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_report_of_a_running_trial_is_its_live_page(client):
    trial = make_trial()
    response = client.get(f"/en/reports/{trial.code}/")
    assert response.status_code == 302
    assert response.url.endswith(f"/trials/{trial.code}/")


def test_a_wrong_link_to_a_snapshot_is_just_missing(client):
    assert client.get("/en/trials/feedbeef/state/").status_code == 404


# -- the report ---------------------------------------------------------------------------------------------------


def test_a_finished_trial_leads_to_its_report(client):
    trial = make_trial()
    report = report_of(trial)
    assert client.get(f"/en/trials/{trial.code}/")["Location"] == f"/en/reports/{report.code}/"
    assert client.get(f"/en/trials/{trial.code}/state/").json()["report"] == f"/en/reports/{report.code}/"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_report_shows_its_evidence(client, language):
    trial = make_trial(channels=3, prompts=6, repeats=2)
    report = report_of(trial)
    response = client.get(f"/{language}/reports/{report.code}/")
    page = response.content.decode()
    for row in report.facts["ranking"]:
        assert row["name"] in page
    assert page.count('<svg class="streak') == 3
    assert f"answers/{report.facts['prompts'][0]['slug']}/" in page
    assert "noindex" in page
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_the_report_is_frozen_and_asks_nothing_about_channels(client, django_assert_max_num_queries):
    report = report_of(make_trial())
    client.get(f"/en/reports/{report.code}/")
    with django_assert_max_num_queries(4):
        client.get(f"/en/reports/{report.code}/")


def test_every_number_leads_to_its_answers(client):
    report = report_of(make_trial(channels=2, prompts=2))
    first, second = report.facts["prompts"]
    page = client.get(f"/en/reports/{report.code}/answers/{second['slug']}/").content.decode()
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert first["slug"] in page
    page = client.get(f"/en/reports/{report.code}/answers/{first['slug']}/").content.decode()
    assert "It broke off." in page
    assert "unscored" in page
    assert client.get(f"/en/reports/{report.code}/answers/none/").status_code == 404


def test_only_the_owner_can_close_a_report_and_then_nobody_reads_it(client, scenario):
    start(client)
    trial = Trial.objects.get()
    report = report_of(trial)
    close = f"/en/reports/{report.code}/revoke/"
    assert b"revoke/" in client.get(f"/en/reports/{report.code}/").content
    assert b"revoke/" not in Client().get(f"/en/reports/{report.code}/").content
    assert Client().post(close).status_code == 403
    assert client.post(close).status_code == 302
    slug = report.facts["prompts"][0]["slug"]
    for path in (f"reports/{report.code}/", f"reports/{report.code}/answers/{slug}/", f"trials/{trial.code}/"):
        response = client.get(f"/en/{path}")
        assert response.status_code == 410
        assert b"revoked by its owner" in response.content
    assert client.get(f"/en/trials/{trial.code}/state/").status_code == 404


def test_a_trial_that_was_stopped_says_so_in_its_report(client):
    report = report_of(make_trial(cancel_asked_at=timezone.now()))
    assert b"was stopped before its end" in client.get(f"/en/reports/{report.code}/").content


def test_a_report_of_a_failed_trial_still_opens(client):
    trial = make_trial()
    Answer.objects.update(state="failed", error_kind="timeout")
    Trial.objects.update(state=TrialState.REPORTING, lease_until=timezone.now() + timedelta(minutes=1))
    trial.refresh_from_db()
    report = reports.write(trial)
    page = client.get(f"/en/reports/{report.code}/").content
    assert b"did not get to its end" in page
    assert b"failed" in page
