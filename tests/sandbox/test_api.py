"""The API of trials and reports: what may be asked for, what comes back, and what is said when it cannot be done."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from catalog.models import FxRate, Listing, PublicReport
from marketplace.accounts.models import User
from sandbox import tasks
from sandbox.models import Answer, AnswerState, Report, Trial, TrialState
from tests.factories import SOME_DAY, make_channel, make_prompt_set, make_provider, make_scenario, make_trial

pytestmark = pytest.mark.django_db
TRIALS = "/api/v1/trials/"


@pytest.fixture(autouse=True)
def site(settings, monkeypatch):
    """Simulators run, a bell rings nowhere, and Redis is away."""
    settings.SIMULATORS_URL = "http://127.0.0.1:9"
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(tasks, "ring", lambda *_bell: True)


@pytest.fixture
def scenario():
    scenario = make_scenario(slug="writing")
    prompt_set = make_prompt_set(scenario=scenario, prompts=7)
    prompt_set.prompts.filter(position=7).update(language="zh")
    for name in ("alpha", "beta", "gamma"):
        make_channel(scenario=scenario, slug=name)
    return scenario


def ask(body, *, client=None, language="en", **headers):
    client = client or Client()
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"accept-language": language, **headers}
    return client.post(TRIALS, text, content_type="application/json", headers=headers)


def wish(**more):
    return {"scenario": "writing", "channels": ["alpha", "beta"], **more}


def started(**more):
    response = ask(wish(**more))
    assert response.status_code == 201, response.content
    return response.json()


def trial_of(body):
    return Trial.objects.get(code=body["code"])


# -- starting ------------------------------------------------------------------------------------


def test_a_trial_that_is_started_says_where_everything_is(scenario):
    response = ask(wish())
    body = response.json()
    trial = trial_of(body)
    assert response.status_code == 201
    assert response["Location"] == body["links"]["self"] == f"http://testserver/api/v1/trials/{trial.code}/"
    assert body["links"] == {
        "page": f"http://testserver/en/trials/{trial.code}/",
        "self": f"http://testserver/api/v1/trials/{trial.code}/",
        "events": f"http://testserver/api/v1/trials/{trial.code}/events/",
        "cancel": f"http://testserver/api/v1/trials/{trial.code}/cancel/",
        "report": f"http://testserver/api/v1/reports/{trial.code}/",
    }
    assert (body["state"], body["currency"]) == ("running", "CNY")
    assert Decimal(body["ceiling"]) == trial.ceiling > 0


def test_without_prompts_six_of_the_scenarios_own_are_asked_in_the_requests_language(scenario):
    assert Answer.objects.of(trial_of(started())).values("prompt").distinct().count() == 6
    response = ask(wish(), language="zh-hans")
    assert trial_of(response.json()).language == "zh"
    assert trial_of(started(language="zh")).language == "zh"


def test_top_takes_suggested_channels(scenario):
    response = ask({"scenario": "writing", "top": 2})
    assert [c.channel.slug for c in trial_of(response.json()).contenders.all()] == ["alpha", "beta"]


def test_channels_stand_in_the_order_asked_for_each_once(scenario):
    trial = trial_of(started(channels=["gamma", "alpha", "gamma"]))
    assert [c.channel.slug for c in trial.contenders.order_by("label")] == ["gamma", "alpha"]


def test_own_prompts_weights_repeats_and_blindness_are_taken(scenario):
    prompts = [{"text": "Why?", "reference": "Because."}, {"text": "How?"}]
    trial = trial_of(started(prompts=prompts, weights={"cost": 2}, repeats=2, blind=True, mode="fixed"))
    assert list(trial.prompt_set.prompts.values_list("text", "reference")) == [("Why?", "Because."), ("How?", "")]
    assert (trial.weights["cost"], trial.repeats, trial.is_blind) == (2.0, 2, True)
    assert Answer.objects.of(trial).count() == 2 * 2 * 2


@pytest.mark.parametrize("text", ["مرحبا بالعالم، كيف حالك؟", "🦊🎉👩‍👩‍👧", "a\u2028b", "\u202eevil", "NUL\0s"])
def test_prompts_in_any_script_are_kept_whatever_is_in_them(scenario, text):
    trial = trial_of(started(prompts=[{"text": text}]))
    assert trial.prompt_set.prompts.get().text == text.replace("\0", "")


def test_a_guest_gets_a_token_once_and_owns_with_it(scenario):
    token = started()["owner_token"]
    again = ask(wish(), **{"x-owner-token": token}).json()
    assert again["owner_token"] == token
    assert Trial.objects.values("guest").distinct().count() == 1


def test_a_forged_token_makes_a_new_guest(scenario):
    assert ask(wish(), **{"x-owner-token": "forged"}).json()["owner_token"] != "forged"


def test_whoever_is_signed_in_owns_by_that_and_gets_no_token(scenario):
    user = User.objects.create_user("mei", password="not-a-real-password")
    client = Client()
    client.force_login(user)
    body = ask(wish(), client=client).json()
    assert "owner_token" not in body
    assert trial_of(body).owner == user
    assert client.post(f"{TRIALS}{body['code']}/cancel/").status_code == 200


# -- what cannot be done -------------------------------------------------------------------------


def refusal(response, status=400):
    """The problem's errors by field, after checking its shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    assert all(error["detail"] and error["mend"] for error in problem["errors"])
    assert not Trial.objects.exists()
    return {error["field"]: error["detail"] for error in problem["errors"]}


BAD = [
    ([], ""),
    ([wish()], ""),
    ("not json", ""),
    ("null", "scenario"),
    ("9" * 5_000, ""),
    ("", "scenario"),
    ("[" * 100_000, ""),
    ('{"scenario": NaN}', ""),
    (b"\xff\xfe", ""),
    ({"scenario": "nothing", "top": 2}, "scenario"),
    ({"scenario": ["writing"], "top": 2}, "scenario"),
    ({"scenario": "writing"}, "channels"),
    (wish(top=2), "channels"),
    (wish(channels=[]), "channels"),
    (wish(channels=["nobody"]), "channels"),
    (wish(channels=["alpha"] + [f"nobody-{n}" for n in range(500)]), "channels"),
    (wish(channels="alpha"), "channels"),
    (wish(channels=["a\0b"]), "channels.0"),
    (wish(channels=["only-listed"]), "channels"),
    (wish(channels=["staged"]), "channels"),
    (wish(channels=["elsewhere"]), "channels"),
    (wish(channels=["the-judge"]), "channels"),
    (wish(channels=["alpha", "only-listed"]), "channels"),
    ({"scenario": "writing", "top": 0}, "top"),
    ({"scenario": "writing", "top": 500}, "top"),
    (wish(repeats=0), "repeats"),
    (wish(repeats=99), "repeats"),
    (wish(repeats="many"), "repeats"),
    (wish(prompts=[{"text": ""}]), "prompts.0.text"),
    (wish(prompts=[{"text": "\0\0"}]), "prompts.0.text"),
    (wish(prompts=[{"text": "x" * 1_000_000}]), "prompts"),
    (wish(prompts=[{"text": "\ud800"}]), "prompts.0.text"),
    (wish(prompts=[{"text": "Why?"}] * 25), "prompts"),
    (wish(prompts=["Why?"]), "prompts.0"),
    (wish(weights={"charm": 1}), "weights"),
    (wish(weights={"cost": -1}), "weights"),
    (wish(weights={"cost": "much"}), "weights.cost"),
    (wish(mode="endless"), "mode"),
    (wish(language="fr"), "language"),
    (wish(promts=[{"text": "Why?"}]), "promts"),
    (wish(prompts=[{"text": "Why?", "refrence": "42"}]), "prompts.0.refrence"),
]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("body", "field"), BAD, ids=[str(body)[:40] for body, _ in BAD])
def test_a_bad_wish_names_the_field_and_the_mend(scenario, body, field, language):
    real = make_provider(is_simulated=False)
    make_channel(scenario=scenario, slug="only-listed", provider=real, base_url="https://a.example/v1")
    make_channel(scenario=scenario, slug="staged", listing=Listing.STAGED)
    make_channel(scenario=scenario, slug="the-judge", is_judge=True)
    make_channel(slug="elsewhere")
    errors = refusal(ask(body, language=language))
    assert field in errors
    if language == "zh-hans":
        assert any("\u4e00" <= char <= "\u9fff" for char in errors[field])


def test_a_refusal_says_where_the_right_names_are_and_repeats_no_book(scenario):
    mends = {
        "scenario": {"scenario": "x" * 9_000, "top": 2},
        "channels": wish(channels=["x" * 100, "nobody"]),
        "weights": wish(weights={"x" * 9_000: 1}),
    }
    for field, body in mends.items():
        response = ask(body)
        (error,) = response.json()["errors"]
        assert error["field"] == field
        assert "/api/v1/" in error["mend"] or "quality-1" in error["mend"]
        assert len(response.content) < 1_000


def test_a_body_that_stops_being_json_says_where(scenario):
    assert "line 2, column 14" in refusal(ask('{"top": 2,\n "scenario": writing}'))[""]


def test_five_hundred_known_channels_are_too_many(scenario):
    slugs = [make_channel(scenario=scenario, price=False).slug for _ in range(31)]
    assert "31" in refusal(ask(wish(channels=slugs)))["channels"]


def test_a_body_beyond_every_limit_is_refused_by_its_size(scenario):
    refusal(ask(wish(prompts=[{"text": "x" * 2_000_000}])), 413)


def test_a_body_that_is_not_json_by_its_own_word_is_refused(scenario):
    response = Client().post(TRIALS, {"scenario": "writing"})
    assert response.status_code == 415
    assert response["Content-Type"] == "application/problem+json"


def test_a_used_up_quota_says_when_to_come_back(scenario, settings):
    settings.GUEST_TRIALS_PER_DAY = 1
    token = started()["owner_token"]
    response = ask(wish(), **{"x-owner-token": token})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 24 * 3600
    assert response.json()["errors"][0]["mend"]
    assert Trial.objects.count() == 1


def test_an_empty_purse_is_not_the_visitors_fault(scenario, settings):
    settings.PURSE_PER_DAY = Decimal("0.000001")
    refusal(ask(wish()), 503)


def test_a_page_elsewhere_cannot_start_a_trial_in_a_signed_in_visitors_name(scenario):
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_user("mei", password="not-a-real-password"))
    assert ask(wish(), client=client).status_code == 403
    assert not Trial.objects.exists()


# -- following -----------------------------------------------------------------------------------


def test_a_trial_shows_every_contender_and_answer(scenario):
    body = started()
    shown = Client().get(body["links"]["self"]).json()
    assert [contender["channel"] for contender in shown["contenders"]] == ["alpha", "beta"]
    assert {answer["state"] for contender in shown["contenders"] for answer in contender["answers"]} == {"waiting"}
    assert len(shown["contenders"][0]["answers"]) == 6
    assert shown["links"] == body["links"]
    assert (shown["simulated"], shown["finished_at"]) == (True, None)


def test_a_trial_is_read_in_few_queries_whatever_its_size(scenario, django_assert_max_num_queries):
    code = started(repeats=3)["code"]
    with django_assert_max_num_queries(5):
        Client().get(f"{TRIALS}{code}/")


def test_a_blind_trial_names_nobody_until_it_has_ended(scenario):
    body = started(blind=True)
    trial = trial_of(body)
    Answer.objects.of(trial).update(
        state=AnswerState.FAILED,
        error_kind="not_found",
        error_detail="It says: no model alpha",
        sent_body={"model": "b"},
    )
    text = Client().get(body["links"]["self"]).content.decode()
    assert not any(name in text for name in ("alpha", "beta", "provider-"))
    assert {contender["label"] for contender in json.loads(text)["contenders"]} == {"A", "B"}
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.DONE, finished_at=timezone.now())
    text = Client().get(body["links"]["self"]).content.decode()
    assert "alpha" in text
    assert "beta" in text


@pytest.mark.parametrize("path", ["trials/nothing/", "reports/nothing/"])
def test_a_wrong_code_is_a_problem_document(path):
    response = Client().get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


# -- stopping ------------------------------------------------------------------------------------


def test_the_owner_stops_a_trial_with_the_token(scenario):
    body = started()
    response = Client().post(body["links"]["cancel"], headers={"x-owner-token": body["owner_token"]})
    assert response.status_code == 200
    assert response.json()["code"] == body["code"]
    assert trial_of(body).cancel_asked_at


def test_stopping_twice_or_too_late_does_no_harm(scenario):
    body = started()
    headers = {"x-owner-token": body["owner_token"]}
    Trial.objects.update(state=TrialState.DONE, finished_at=timezone.now())
    assert Client().post(body["links"]["cancel"], headers=headers).json()["state"] == "done"
    assert trial_of(body).cancel_asked_at is None


@pytest.mark.parametrize("token", ["", "forged", "another guest's"])
def test_nobody_else_stops_a_trial(scenario, token):
    body = started()
    token = started()["owner_token"] if token == "another guest's" else token
    response = Client().post(body["links"]["cancel"], headers={"x-owner-token": token})
    assert response.status_code == 403
    assert "X-Owner-Token" in response.json()["errors"][0]["mend"]
    assert trial_of(body).cancel_asked_at is None


def test_a_trial_of_nobody_is_stopped_by_nobody():
    trial = make_trial()
    assert Client().post(f"{TRIALS}{trial.code}/cancel/").status_code == 403


# -- reports -------------------------------------------------------------------------------------


@pytest.fixture
def report(scenario):
    """A report as a worker writes it, of a trial whose answers all came; with its owner's token."""
    from sandbox import reports

    FxRate.objects.create(base="USD", quote="CNY", rate=Decimal(7), on=SOME_DAY, source="test")
    body = started(prompts=[{"text": "Why?"}])
    trial = trial_of(body)
    Answer.objects.of(trial).update(
        state=AnswerState.DONE, text="=1+1", charge=Decimal("0.001"), ttft_ms=120.0, total_ms=900.0
    )
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.REPORTING)
    trial.refresh_from_db()
    written = reports.write(trial)
    written.owner_token = body["owner_token"]
    return written


def read(report, query="", **headers):
    return Client().get(f"/api/v1/reports/{report.code}/{query}", headers=headers)


def test_a_report_is_json_by_default(report):
    response = read(report)
    facts = response.json()
    assert (facts["schema"], facts["code"]) == (1, report.code)
    recommended = {"verdict", "channel", "probability_best", "expected_regret", "reasons", "flips_when"}
    assert recommended <= set(facts["recommendation"])
    ranked = {"channel", "score", "low", "high", "probability_best", "cost", "ttft_ms_p50", "dimensions"}
    assert ranked <= set(facts["ranking"][0])
    assert set(facts["manifest"]["channels"]) == {"alpha", "beta"}


def test_neither_caches_nor_search_engines_keep_what_a_link_permits(report):
    started_now = ask(wish())
    assert started_now["Cache-Control"] == "private, no-store"
    trial = Client().get(f"{TRIALS}{report.code}/")
    for response in (trial, read(report), read(report, "?format=csv"), read(report, "?format=xml")):
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_its_sentences_are_in_the_readers_language(report):
    english = read(report, **{"accept-language": "en"}).json()["recommendation"]
    chinese = read(report, **{"accept-language": "zh-hans"}).json()["recommendation"]
    assert english["reason_codes"] == chinese["reason_codes"]
    assert english["reasons"] != chinese["reasons"]


def test_csv_is_one_row_per_answer_and_holds_no_formula(report):
    response = read(report, "?format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="touchstone-{report.code[:8]}.csv"'
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2
    assert "'=1+1" in lines[1]


def test_another_format_is_refused_with_those_there_are(report):
    response = read(report, "?format=xml")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "format"


def test_an_unfinished_trial_has_no_report_yet(scenario):
    response = Client().get(started()["links"]["report"])
    assert response.status_code == 404
    assert "has not ended" in response.json()["detail"]
    assert "not ended" not in Client().get("/api/v1/reports/nothing/").json()["detail"]


def test_the_owner_closes_a_report_to_everybody(report, scenario):
    published = {"code": report.code, "title_zh": "t", "title_en": "t", "published_on": SOME_DAY}
    PublicReport.objects.create(scenario=scenario, **published)
    response = Client().delete(f"/api/v1/reports/{report.code}/", headers={"x-owner-token": report.owner_token})
    assert response.status_code == 204
    assert read(report).status_code == 410
    assert read(report, "?format=csv").status_code == 410
    assert read(report)["Content-Type"] == "application/problem+json"
    assert Client().get(f"{TRIALS}{report.code}/").status_code == 404
    assert not PublicReport.objects.exists()


def test_nobody_else_closes_a_report(report):
    assert Client().delete(f"/api/v1/reports/{report.code}/").status_code == 403
    assert read(report).status_code == 200
    assert Report.objects.get().revoked_at is None


def patch(report, wish, *, token=None):
    headers = {"x-owner-token": report.owner_token if token is None else token}
    address = f"/api/v1/reports/{report.code}/"
    return Client().patch(address, wish, content_type="application/json", headers=headers)


def test_a_pdf_is_a_document_in_the_language_asked_for(report):
    texts = {}
    for language in ("zh", "en"):
        response = read(report, f"?format=pdf&language={language}")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == f'attachment; filename="touchstone-{report.code[:8]}.pdf"'
        assert response["Cache-Control"] == "private, no-store"
        texts[language] = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "模拟" in texts["zh"]
    assert "simulated" in texts["en"]
    assert f"http://testserver/en/reports/{report.code}/" in texts["en"]
    assert read(report, "?format=pdf&language=fr").json()["errors"][0]["field"] == "language"


def test_ones_own_prompts_become_public_only_when_an_operator_approves(report):
    response = patch(report, {"visibility": "public"})
    assert response.status_code == 403
    problem = response.json()["errors"][0]
    assert problem["field"] == "visibility"
    assert "asked" in problem["mend"]
    assert Report.objects.get().visibility == "link"
    answer = patch(report, {"visibility": "asked", "hide_answers": True}).json()
    assert answer == {"visibility": "asked", "hide_prompts": False, "hide_answers": True}
    assert not PublicReport.objects.exists()


def test_a_refused_wish_changes_nothing_at_all(report):
    assert patch(report, {"visibility": "public", "hide_prompts": True}).status_code == 403
    assert Report.objects.get().hides_prompts is False


def test_the_houses_prompts_become_public_and_private_again(report):
    report.facts["own_prompts"] = False
    report.save()
    assert patch(report, {"visibility": "public"}).json()["visibility"] == "public"
    assert PublicReport.objects.count() == 1
    assert read(report).json()["visibility"] == "public"
    assert patch(report, {"visibility": "link"}).json()["visibility"] == "link"
    assert not PublicReport.objects.exists()


def test_hidden_texts_are_in_no_format_and_come_back(report):
    for query in ("", "?format=csv"):
        assert "Why?" in read(report, query).content.decode()
    assert patch(report, {"hide_prompts": True}).status_code == 200
    for query in ("", "?format=csv"):
        assert "Why?" not in read(report, query).content.decode()
    assert read(report).json()["hidden"] == ["prompts"]
    assert {each["text"] for each in Client().get(f"{TRIALS}{report.code}/").json()["contenders"][0]["answers"]} == {""}
    patch(report, {"hide_prompts": False})
    assert "Why?" in read(report).content.decode()


def test_a_report_can_be_closed_by_a_wish_for_good(report):
    assert patch(report, {"visibility": "revoked"}).json()["visibility"] == "revoked"
    assert read(report, "?format=pdf").status_code == 410
    assert patch(report, {"visibility": "link"}).status_code == 410


@pytest.mark.parametrize(
    ("wish_of", "field"),
    [({"visibility": "secret"}, "visibility"), ({"hide": True}, "hide"), ({"hide_prompts": "perhaps"}, "hide_prompts")],
)
def test_a_senseless_wish_names_the_field(report, wish_of, field):
    response = patch(report, wish_of)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field


def test_nobody_else_has_a_wish(report):
    assert patch(report, {"hide_prompts": True}, token="").status_code == 403
    assert patch(report, {"hide_prompts": True}, token="forged").status_code == 403
    assert Report.objects.get().hides_prompts is False


# -- the description -----------------------------------------------------------------------------


def test_the_description_has_no_warning_and_names_every_path(capsys):
    call_command("spectacular", "--validate", "--fail-on-warn")
    schema = capsys.readouterr().out
    for path in ("trials/", "trials/{code}/", "trials/{code}/cancel/", "reports/{code}/"):
        assert f"/api/v1/{path}:" in schema
    assert Client().get("/api/schema/").status_code == 200


def test_the_description_can_be_read_under_the_same_policy_as_every_page():
    page = Client().get("/api/docs/")
    assert page["Content-Security-Policy"] == Client().get("/")["Content-Security-Policy"]
    html = page.content.decode()
    assert "<style" not in html
    assert all(' src="' in tag for tag in html.split("<script")[1:])
    script = Client().get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content
